/** A room's page: joins the connection, the state machine, the conversation and the views. Decides nothing. */

import { Connection } from "../connection.js";
import { Preferences } from "../preferences.js";
import { Storage } from "../storage.js";
import { TypingTeller } from "../typing.js";
import { watchWaking } from "../waking.js";
import { RoomConversation } from "./conversation.js";
import { make, parse } from "./protocol.js";
import { standing } from "./standing.js";
import { keepsOrder, start, step } from "./state.js";
import { RoomStorage } from "./storage.js";
import { Typists } from "./typists.js";
import { createViews } from "./views/page.js";
import { newName, WindowName } from "./window-name.js";
import { Writing } from "./writing.js";

const ARRANGED_FOR = 60_000; // ms in which the page of the private chat has to open

const root = document.getElementById("room");
const { slug, username, socket, home, pairs } = root.dataset;
const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const clock = { setTimeout: setTimeout.bind(window), clearTimeout: clearTimeout.bind(window) };

const windowName = new WindowName({ area: sessionStorage, locks: navigator.locks, newName });
const storage = new RoomStorage(sessionStorage, slug, username);
const preferences = new Preferences(localStorage);
const send = (frame) => connection.send(frame);
const writing = new Writing({
  send,
  conversation: () => conversation,
  commands: () => state.commands,
  refused,
  teller: new TypingTeller((active) => state.line === "open" && send(make.typing(active))),
  mayTell: () => preferences.get("typing"),
});
const typists = new Typists((people) => views.typing(preferences.get("typing") ? people : []), clock);
const actions = {
  try_now: () => connection.open(),
  askFor: (to) => happen({ type: "ask_for", to }),
  withdraw: () => happen({ type: "withdraw" }),
  admit: (ask) => happen({ type: "admit", ask }),
  decline: (ask) => happen({ type: "decline", ask }),
  heed: () => happen({ type: "heeded" }),
  leave: () => happen({ type: "leave" }),
  say: (text) => change(() => writing.say(text)),
  whisper: (to, text) => writing.whisper(to, text),
  edit: (of, text) => change(() => writing.edit(of, text)),
  typed: (text, mode) => writing.typed(text, mode),
  stopped: () => writing.teller.stopped(),
  everybody: () => writing.askForEverybody(),
  readOlder: () => change(() => conversation.readOlder()),
  retry: (key) => change(() => conversation.outgoing.retry(key)),
  takeBack: (key) => change(() => takeBack(key)),
  delete: (seq) => change(() => conversation.outgoing.delete(seq)),
  lastOwn: () => conversation.lastOwn,
  keepsOrder: () => keepsOrder(state, "staff" in root.dataset),
  draft: (text) => storage.keep({ draft: text }),
};
const views = createViews(root, actions, preferences);

const EFFECTS = {
  send: ({ frame }) => send(frame),
  wipe: () => {
    writing.forget();
    storage.forget();
    conversation = converse([]);
  },
  home: () => {
    writing.forget();
    location.assign(home);
  },
  go,
};

let state = start();
let connection, conversation;
let drawing = null;

begin();

async function begin() {
  const { name, isNew } = await windowName.claim();
  const { draft, items } = storage.recover();
  conversation = converse(isNew ? [] : items); // another window has them, and sends them
  const url = `${scheme}//${location.host}${socket}?window=${encodeURIComponent(name)}`;
  connection = new Connection({ url, onEvent: happen, parse, WebSocket, ...clock });
  views.open(draft);
  draw();
  watchWaking(connection, { window, document });
  addEventListener("pagehide", () => windowName.release());
  addEventListener("pageshow", ({ persisted }) => persisted && comeBack());
  document.addEventListener("visibilitychange", drawSoon);
  preferences.listen(prefer);
  connection.open();
}

async function comeBack() {
  if ((await windowName.claim()).isNew) location.reload(); // meanwhile the name went to another window
}

function converse(items) {
  return new RoomConversation({
    items,
    send,
    keep: (kept) => storage.keep({ items: kept }),
    later: (delay, action) => {
      const timer = clock.setTimeout(() => change(action), delay);
      return () => clock.clearTimeout(timer);
    },
    gaveBack: ({ of, text }, refusal) => views.refused(text, refusal, conversation.get(of)),
  });
}

/** Everything that happens passes here: frames, the connection's events, what the person does. */
function happen(event) {
  const result = step(state, event, Date.now());
  state = result.state;
  conversation.hear(event);
  for (const effect of result.effects) EFFECTS[effect.do](effect);
  writing.hear(event);
  if (event.person?.username !== username) typists.hear(event);
  drawSoon();
}

// Several may come back at once: what finds no room in the field is shown between the messages, to be copied from there.
function refused(text, refusal) {
  if (!views.refused(text, refusal)) conversation.note({ kind: "refused", text, refusal });
}

function takeBack(key) {
  const item = conversation.outgoing.takeBack(key);
  if (item) views.giveBack(item.action ? `/me ${item.text}` : item.text);
}

function go({ role, partner, token }) {
  new Storage(sessionStorage).arrange({ role, partner, token, until: Date.now() + ARRANGED_FOR });
  location.assign(pairs);
}

function prefer() {
  if (!preferences.get("typing")) {
    writing.teller.stopped();
    typists.forget();
  }
  drawSoon();
}

function change(action) {
  const result = action();
  drawSoon();
  return result;
}

// Once for all that happens at a time; frames of animation would stop in hidden tabs.
function drawSoon() {
  drawing ??= setTimeout(draw);
}

function draw() {
  drawing = null;
  if (views.isAtEnd) conversation.trim();
  views.render(state, standing(state, navigator.onLine), conversation);
}

/** The private chat's page: joins the connection, the state machine, the conversation and the views. Decides nothing. */

import { Arranged } from "./arranged.js";
import { Arrival } from "./arrival.js";
import { Chime } from "./chime.js";
import { Connection } from "./connection.js";
import { Notifier } from "./notifier.js";
import { isForeign, isTalking, start, step } from "./pair.js";
import { Preferences } from "./preferences.js";
import { make } from "./protocol.js";
import { standing } from "./standing.js";
import { Storage } from "./storage.js";
import { Talk } from "./talk.js";
import { TypingHint, TypingTeller } from "./typing.js";
import { createViews } from "./views/page.js";
import { watchWaking } from "./waking.js";

const root = document.getElementById("chat");
const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const clock = { setTimeout: setTimeout.bind(window), clearTimeout: clearTimeout.bind(window) };

const storage = new Storage(sessionStorage);
const preferences = new Preferences(localStorage);
const notifier = new Notifier(window, document.querySelector("link[rel=apple-touch-icon]").href);
const chime = new Chime(document);
const arrival = new Arrival({
  preferences,
  isHidden: () => document.hidden,
  ring: () => chime.ring(),
  notify: (what) => notifier.notify(what),
});
const url = `${scheme}//${location.host}${root.dataset.socket}`;
const connection = new Connection({ url, onEvent: happen, WebSocket, ...clock });
const talk = new Talk({
  storage,
  clock,
  user: root.dataset.username,
  send: (frame) => connection.send(frame),
  opened: (draft) => {
    teller.forget();
    views.openConversation(draft);
  },
  changed: drawSoon,
  gaveBack: (text) => views.giveBack(text),
});
const arranged = new Arranged({ storage, send: (frame) => connection.send(frame), later, over: drawSoon });
const teller = new TypingTeller((active) => {
  if (state.at === "paired") connection.send(make.typing(state.pair.id, active));
});
const hint = new TypingHint((active) => views.typing(active ? state.pair.partner.name : null), clock);
const actions = {
  try_now: () => connection.open(),
  use_here: () => connection.open(),
  leave: () => happen({ type: "leave" }),
  blocking: (username) => happen({ type: "blocking", username }),
  withdraw: () => happen({ type: "withdraw" }),
  admit: (ask) => happen({ type: "admit", ask }),
  decline: (ask) => happen({ type: "decline", ask }),
  clear: () => happen({ type: "clear" }),
  heed: () => happen({ type: "heeded" }),
  edited: () => happen({ type: "edited" }),
  join,
  say,
  changed,
  stopped: () => teller.stopped(),
  retry: (key) => talk.retry(key),
  takeBack,
};
const views = createViews(root, actions, { preferences, notifier });

const EFFECTS = {
  send: ({ frame }) => connection.send(frame),
  reconnect: () => connection.drop(),
  converse: (effect) => talk.converse(effect),
  end: ({ delivered }) => talk.end(delivered),
  wipe: () => talk.wipe(),
};

let state;
let drawing = null;

begin();

function begin() {
  const pair = talk.recover();
  state = start(pair);
  if (pair) talk.converse({ pair });
  pickUpInvitation();
  pickUpArranged();
  draw();
  watchWaking(connection, { window, document });
  document.addEventListener("visibilitychange", drawSoon);
  preferences.listen(prefer);
  connection.open();
}

// Nothing happens for a link that was only opened: the Join button on its page has to have been pressed.
function pickUpInvitation() {
  const invitation = storage.invitation();
  if (!invitation) return;
  views.fillIn(invitation.token);
  if (invitation.accepted) join(invitation.token);
}

function pickUpArranged() {
  const token = arranged.begin();
  if (token) join(token);
}

function join(token) {
  storage.takeInvitation();
  happen({ type: "join", token });
}

/** Everything that happens passes here: frames, the connection's events, what the person does. */
function happen(told) {
  const event = arranged.pass(told);
  if (event === null || isForeign(state, event)) return;
  const before = state;
  const result = step(state, event, Date.now());
  state = result.state;
  arrival.happened(before, state);
  talk.hear(event);
  for (const effect of result.effects) EFFECTS[effect.do](effect);
  if (event.type === "typing") hint.heard(event.active && state.at === "paired" && preferences.get("typing"));
  if (["message", "away", "left", "offline"].includes(event.type)) hint.heard(false);
  drawSoon();
}

function say(text) {
  teller.forget();
  return talk.say(text);
}

function changed(text) {
  talk.draft(text);
  if (text.trim() === "" || !preferences.get("typing")) teller.stopped();
  else teller.typed();
}

function takeBack(key) {
  const text = talk.takeBack(key);
  if (text !== undefined) views.giveBack(text);
}

function prefer() {
  if (!preferences.get("typing")) {
    teller.stopped();
    hint.heard(false);
  }
  drawSoon();
}

function later(delay, action) {
  const timer = clock.setTimeout(action, delay);
  return () => clock.clearTimeout(timer);
}

// Once for all that happens at a time: a replay brings hundreds of frames. Frames of animation would stop in hidden tabs.
function drawSoon() {
  drawing ??= setTimeout(draw);
}

function draw() {
  drawing = null;
  views.render(state, arranged.standing(state) ?? standing(state, navigator.onLine), state.hidden ? null : talk.conversation);
  if (!document.hidden && isTalking(state) && state.line === "open") talk.conversation.seen();
}

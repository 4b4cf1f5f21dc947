/** The private chat's page: joins the connection, the state machine, the conversation and the views. Decides nothing. */

import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { isForeign, isTalking, start, step } from "./pair.js";
import { make } from "./protocol.js";
import { standing } from "./standing.js";
import { Storage } from "./storage.js";
import { TypingHint, TypingTeller } from "./typing.js";
import { createViews } from "./views/page.js";
import { watchWaking } from "./waking.js";

const root = document.getElementById("chat");
const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const clock = { setTimeout: setTimeout.bind(window), clearTimeout: clearTimeout.bind(window) };

const storage = new Storage(sessionStorage);
const url = `${scheme}//${location.host}${root.dataset.socket}`;
const connection = new Connection({ url, onEvent: happen, WebSocket, ...clock });
const views = createViews(root, {
  try_now: () => connection.open(),
  use_here: () => connection.open(),
  leave: () => happen({ type: "leave" }),
  clear: () => happen({ type: "clear" }),
  heed: () => happen({ type: "heeded" }),
  edited: () => happen({ type: "edited" }),
  join,
  say,
  changed,
  stopped: () => teller.stopped(),
  retry: (key) => change(() => conversation.retry(key)),
  takeBack,
});
const teller = new TypingTeller((active) => {
  if (state.at === "paired") connection.send(make.typing(state.pair.id, active));
});
const hint = new TypingHint((active) => views.typing(active ? state.pair.partner.name : null), clock);

let state;
let conversation = null;
let drawing = null;

const EFFECTS = {
  send: ({ frame }) => connection.send(frame),
  reconnect: () => connection.drop(),
  converse,
  end: ({ delivered }) => {
    conversation.end(delivered);
    storage.forgetPair();
  },
  wipe: () => {
    conversation = null;
    storage.forgetPair();
  },
};

begin();

function begin() {
  const kept = storage.pair();
  const pair = kept?.user === root.dataset.username ? kept : null;
  state = start(pair);
  if (pair) converse({ pair });
  else storage.forgetPair(); // of somebody else who was logged in here
  pickUpInvitation();
  draw();
  watchWaking(connection, { window, document });
  document.addEventListener("visibilitychange", drawSoon);
  connection.open();
}

// Nothing happens for a link that was only opened: the Join button on its page has to have been pressed.
function pickUpInvitation() {
  const invitation = storage.invitation();
  if (!invitation) return;
  views.fillIn(invitation.token);
  if (invitation.accepted) join(invitation.token);
}

function join(token) {
  storage.takeInvitation();
  happen({ type: "join", token });
}

/** Everything that happens passes here: frames, the connection's events, what the person does. */
function happen(event) {
  if (isForeign(state, event)) return;
  const result = step(state, event, Date.now());
  state = result.state;
  conversation?.hear(event);
  for (const effect of result.effects) EFFECTS[effect.do](effect);
  if (event.type === "typing") hint.heard(event.active && state.at === "paired");
  if (["message", "away", "left", "offline"].includes(event.type)) hint.heard(false);
  drawSoon();
}

function converse({ pair, replay }) {
  if (conversation?.pair !== pair.id) open(pair);
  if (pair.n !== undefined) conversation.begin(pair.n, replay);
}

function open(pair) {
  conversation?.end(null);
  storage.beginPair(pair, root.dataset.username);
  const { items, draft } = storage.pair() ?? { items: [], draft: "" };
  const keep = (kept) => storage.keep(pair.id, { items: kept });
  conversation = new Conversation({ pair: pair.id, items, send: (frame) => connection.send(frame), keep, later });
  teller.forget();
  views.openConversation(draft);
}

function later(delay, action) {
  const timer = setTimeout(() => change(action), delay);
  return () => clearTimeout(timer);
}

function say(text) {
  teller.forget();
  return change(() => conversation.say(text));
}

function changed(text) {
  storage.keep(state.pair.id, { draft: text });
  if (text.trim() === "") teller.stopped();
  else teller.typed();
}

function takeBack(key) {
  const text = change(() => conversation.takeBack(key));
  if (text !== undefined) views.giveBack(text);
}

function change(action) {
  const result = action();
  drawSoon();
  return result;
}

// Once for all that happens at a time: a replay brings hundreds of frames. Frames of animation would stop in hidden tabs.
function drawSoon() {
  drawing ??= setTimeout(draw);
}

function draw() {
  drawing = null;
  views.render(state, standing(state, navigator.onLine), state.hidden ? null : conversation);
  if (!document.hidden && isTalking(state) && state.line === "open") conversation.seen();
}

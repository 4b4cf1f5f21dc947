/**
 * Where you stand in a room: the page's one state machine. Pure: (state, event, now) → {state, effects}.
 *
 * `at` is where you are; `line` is the connection to the server, which comes and goes meanwhile. Events are the server's
 * frames, the connection's `connecting`, `offline` and `closed`, and what the person does: `ask_for {to}`, `withdraw`,
 * `admit {ask}`, `decline {ask}`, `leave`, `heeded` (a notice).
 */

import { admit, ask, decline, lapsed } from "../asking.js";
import { connecting, notice, offline, trouble } from "../line.js";
import { QUIET, to } from "../state.js";
import { make } from "./protocol.js";
import * as roster from "./roster.js";

const START = {
  ...QUIET,
  at: "entering",
  line: "connecting",
  retryAt: null,
  lineReason: null,
  notice: null,
  user: null,
  room: null,
  commands: [],
  roster: roster.NOBODY,
  asking: null, // {ask, person, until}: whom this window asked for a pair
  wish: null, // what it waits for: {ask: user name}, {admit: id of an ask} or {leave: true}
  refusal: null,
  fate: null, // how a question of ours ended: {person, reason}
};

const WHEREVER = { connecting, offline, closed, notice, heeded };

const TABLE = {
  entering: { welcome, leave },
  here: {
    ...{ welcome, trouble, room, leave, error },
    ...{ members, entered, exited, renamed },
    ...{ ask, lapsed: over, admit: sayYes, decline, admitted },
    ...{ ask_for: askFor, asked, withdraw },
  },
  going: {},
  left: {},
  out: {},
};

const OUT = ["logged_out", "removed", "no_room", "closed"];

/** The state of a page that just opened. */
export function start() {
  return START;
}

/** What comes after `event`. Whatever the table does not name changes nothing. */
export function step(state, event, now = 0) {
  const handle = TABLE[state.at][event.type] ?? WHEREVER[event.type];
  return handle ? handle(state, event, now) : to(state);
}

/** Whether somebody may delete what others said, as far as this page knows; the server decides. */
export function keepsOrder({ room: known }, isStaff) {
  return isStaff || known?.role === "owner" || known?.role === "moderator";
}

const send = (frame) => ({ do: "send", frame });

// Being here

function welcome(state, { user, room: known, commands, members: people, online }, now) {
  const open = { line: "open", retryAt: null, lineReason: null, notice: null };
  const here = { ...state, ...open, at: "here", user, room: known, commands, roster: roster.told({ members: people, online }) };
  if (state.wish?.leave) return to(here, {}, send(make.leave()));
  return to(here, { asks: state.asks.filter(({ until }) => until > now), ...lost(state) });
}

// Whoever asks waits in one window: with its line, the question is gone.
function lost({ asking, wish }) {
  if (asking) return { asking: null, wish: null, fate: { person: asking.person, reason: "lost" } };
  return wish?.ask ? { wish: null, refusal: { code: "unavailable" } } : {};
}

function room(state, { room: known, commands }) {
  return to(state, { room: known, commands });
}

function members(state, frame) {
  return to(state, { roster: roster.told(frame) });
}

function entered(state, frame) {
  return to(state, { roster: roster.entered(state.roster, frame) });
}

function exited(state, frame) {
  return to(state, { roster: roster.exited(state.roster, frame) });
}

function renamed(state, frame) {
  const user = frame.username === state.user.username ? { ...state.user, name: frame.name } : state.user;
  return to(state, { user, roster: roster.renamed(state.roster, frame) });
}

// Asking somebody for a pair

// One question at a time: what was asked before has to be answered or taken back first.
function askFor(state, { to: username }) {
  const before = state.asking?.person.username ?? state.wish?.ask ?? username;
  if (before !== username) return to(state, { refusal: { code: "asking_already" }, fate: null });
  if (state.line !== "open") return to(state, { refusal: { code: "unavailable" }, fate: null });
  return to(state, { wish: { ask: username }, refusal: null, fate: null }, send(make.ask(username)));
}

function asked(state, { ask: id, person, seconds }, now) {
  return to(state, { asking: { ask: id, person, until: now + seconds * 1000 }, fate: null });
}

function withdraw(state) {
  if (!state.asking) return to(state);
  return to(state, { asking: null, wish: null }, send(make.withdraw(state.asking.ask)));
}

// Being asked: who asks is in `asks`, as at the door of a private chat

function sayYes(state, event) {
  const result = admit(state, event);
  return to({ ...result.state, wish: { admit: event.ask } }, {}, ...result.effects);
}

function over(state, frame) {
  if (frame.ask !== state.asking?.ask) return lapsed({ ...state, fate: null }, frame);
  return to(state, { asking: null, wish: null, lapsed: null, fate: { person: state.asking.person, reason: frame.reason } });
}

// Whatever window of ours it was said yes in: the one that did it goes, and so does one that knows nothing, being newly opened.
function admitted(state, { ask: id, role, partner, token }) {
  const isAsker = state.asking?.ask === id;
  const isKnown = isAsker || state.asks.some((one) => one.ask === id);
  const didIt = isAsker ? Boolean(state.wish?.ask) : state.wish?.admit === id;
  const change = { asks: state.asks.filter((one) => one.ask !== id), asking: isAsker ? null : state.asking };
  if (isKnown && !didIt) return to(state, change);
  return to(state, { ...change, at: "going", wish: null }, { do: "go", role, partner, token });
}

// Refusals, notices

const TOLD_HERE = ["ask", "admit", "delete"]; // of other frames the conversation or the composer tells

function error(state, { code, message, for: type }) {
  if (!TOLD_HERE.includes(type)) return to(state);
  const answered = type === "admit" ? state.wish?.admit : undefined;
  const asks = state.asks.filter(({ ask: id }) => id !== answered);
  return to(state, { asks, refusal: { code, message }, wish: type === "delete" ? state.wish : null });
}

function heeded(state) {
  return to(state, { refusal: null, notice: null, lapsed: null, fate: null });
}

// Going out

function leave(state) {
  if (state.line === "open" || state.line === "troubled") return to(state, { wish: { leave: true } }, send(make.leave()));
  return to(state, { at: "left" }, { do: "home" });
}

function closed(state, { reason }) {
  if (state.at === "going") return to(state);
  if (reason === "left") return to(state, { at: "left", line: "left" }, { do: "home" });
  if (!OUT.includes(reason)) return to(state, { line: "stopped" });
  return to({ ...START, at: "out", line: reason }, {}, { do: "wipe" });
}

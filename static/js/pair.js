/**
 * Where you stand: the page's one state machine. Pure: (state, event, now) → {state, effects}.
 *
 * `at` is where you stand with other people; `line` is the connection to the server, which comes and goes meanwhile.
 * Events are the server's frames, the connection's `connecting`, `offline` and `closed`, and what the person does:
 * `join {token}`, `withdraw`, `admit {ask}`, `decline {ask}`, `leave`, `blocking {username}` (null: it did not work), `clear`,
 * `edited` (the field for a token), `heeded` (a notice).
 */

import { admit, ask, asked, decline, door, lapsed, withdraw } from "./asking.js";
import * as line from "./line.js";
import { make } from "./protocol.js";
import { NOBODY, QUIET, to } from "./state.js";

export { start } from "./state.js";

const WHEREVER = { ...line, welcome, token: newToken, joined, error, heeded, door, ask, lapsed, admit, decline, blocking };

const TABLE = {
  unknown: { join },
  waiting: { join, edited },
  joining: { edited, asked, withdraw },
  asking: { join, asked, withdraw },
  paired: { join: joinMeanwhile, away, left, leave, turned_away: turnedAway },
  away: { join: joinMeanwhile, back, left, leave, turned_away: turnedAway },
  ended: { join, left: lastWord, clear, edited },
};

/** What comes after `event`. Whatever the table does not name changes nothing. */
export function step(state, event, now = 0) {
  const handle = TABLE[state.at][event.type] ?? WHEREVER[event.type];
  return handle && !isForeign(state, event) ? handle(state, event, now) : to(state);
}

/** Whether a frame belongs to a pair that is not this one, and so must not be seen (P8). */
export function isForeign(state, frame) {
  return typeof frame.pair === "string" && frame.pair !== state.pair?.id;
}

/** Whether what is typed now can still reach the partner. */
export function canWrite(state) {
  return isTalking(state) && !state.hidden && state.line !== "stopped";
}

export function isTalking(state) {
  return state.at === "paired" || state.at === "away";
}

const send = (frame) => ({ do: "send", frame });

// Coming in

function welcome(state, { user, token, limits, pair, door: how }) {
  const told = { user, token, door: how, hold: limits.hold };
  const here = { ...state, ...QUIET, ...told, line: "open", hidden: false, retryAt: null, notice: null };
  const result = pair ? backInPair(here, pair) : noPair(here);
  const { wish } = result.state;
  if (wish?.join) result.effects.push(send(make.join(wish.join)));
  return result;
}

function backInPair(state, pair) {
  if (state.wish?.leave === pair.id && !pair.ended) return to(state, {}, send(make.leave(pair.id)));
  const known = state.pair?.id === pair.id;
  const change = { ...(known ? {} : NOBODY), pair, ...presence(pair), wish: state.wish?.join ? state.wish : null };
  const result = to(state, change, { do: "converse", pair, replay: true });
  if (pair.ended) result.effects.push({ do: "end", delivered: null });
  return result;
}

function presence({ present, ended }) {
  if (ended) return { at: "ended", reason: ended, until: null };
  return { at: present ? "paired" : "away", seconds: null, until: null };
}

function noPair(state) {
  const wish = state.wish?.join ? state.wish : null;
  const result = isTalking(state) ? end(state, "gone", null) : to(state, { at: state.pair ? "ended" : "waiting" });
  result.state.wish = wish;
  if (wish) result.state.at = "joining";
  return result;
}

// Pairing

function join(state, { token }) {
  return to(state, { at: "joining", wish: { join: token }, refusal: null }, send(make.join(token)));
}

// An invitation taken up while the seat is taken: the server says whether it is the same pair or one too many.
function joinMeanwhile(state, { token }) {
  return to(state, { wish: { join: token } }, send(make.join(token)));
}

function joined(state, { pair }) {
  if (isTalking(state) && state.pair.id === pair.id) return to(state, { ...presence(pair), pair, wish: null });
  return to(state, { ...NOBODY, ...QUIET, ...presence(pair), pair, wish: null }, { do: "converse", pair, replay: pair.seq > 0 });
}

function edited(state) {
  return to(state, { refusal: null });
}

function error(state, frame) {
  if (frame.for === "join" && state.wish?.join) return refused(state, frame);
  if (frame.for === "recall" && isTalking(state) && !isLost(frame)) return to(state, { refusal: { code: frame.code, message: frame.message } });
  if (isTalking(state) ? isLost(frame) : isLeaveDelayed(state, frame)) return to(state, {}, { do: "reconnect" });
  return to(state);
}

function refused(state, { code, message, notified, changed }) {
  const back = { wish: null, refusal: { code, message, ...(notified && { notified }), ...(changed && { changed }) } };
  if (state.at !== "joining" && state.at !== "asking") return to(state, back);
  return to(state, { ...back, at: state.pair ? "ended" : "waiting", owner: null, until: null });
}

// The server does not see us in the pair that we show: only a fresh `welcome` tells who is right.
function isLost({ code, for: type }) {
  return code === "not_paired" || (code === "wrong_pair" && (type === "message" || type === "resume"));
}

function isLeaveDelayed({ wish }, { code, for: type }) {
  return Boolean(wish?.leave) && type === "leave" && code === "unavailable";
}

// In a pair

function away(state, { seconds }, now) {
  return to(state, { at: "away", seconds, until: now + seconds * 1000 });
}

function back(state) {
  return to(state, { at: "paired", seconds: null, until: null });
}

function turnedAway(state, { count }) {
  return to(state, { turnedAway: count });
}

function heeded(state) {
  return to(state, { turnedAway: 0, refusal: null, notice: null, lapsed: null });
}

function newToken(state, { token }) {
  return to(state, { token, turnedAway: 0 });
}

// The end of a pair

function leave(state) {
  const result = end(state, "you_left", null);
  result.state.wish = { leave: state.pair.id };
  result.effects.unshift(send(make.leave(state.pair.id)));
  return result;
}

// To block one's partner ends the pair; the server says of it to both what it says to anybody who was left.
function blocking(state, { username }) {
  return to(state, { blocking: username });
}

function left(state, { reason, delivered }) {
  return end(state, reason, delivered);
}

function end(state, reason, delivered) {
  return to(state, { at: "ended", reason, until: null, turnedAway: 0, wish: null }, { do: "end", delivered });
}

function lastWord(state, { reason, delivered }) {
  const mine = state.reason === "you_left" ? "you_left" : reason;
  return to(state, { reason: mine, wish: null }, { do: "end", delivered });
}

function clear(state) {
  return to(state, { ...NOBODY, at: "waiting" }, { do: "wipe" });
}

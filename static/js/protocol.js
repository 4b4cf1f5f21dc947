/** Wire protocol, version 1: the frames the page sends, and the shape a server frame must have to be believed. */

import { count, oneOf, orAbsent, orNull, person, read, seconds, shape, text, time, truth } from "./shapes.js";

export const VERSION = 1;
export const TEXT_LIMIT = 8_000; // characters (code points) of a message, after trimming

export const make = {
  join: (token) => ({ type: "join", token }),
  admit: (ask) => ({ type: "admit", ask }),
  decline: (ask) => ({ type: "decline", ask }),
  withdraw: () => ({ type: "withdraw" }),
  leave: (pair) => ({ type: "leave", pair }),
  message: (pair, n, text) => ({ type: "message", pair, n, text }),
  recall: (pair, n) => ({ type: "recall", pair, n }),
  received: (pair, seq) => ({ type: "received", pair, seq }),
  typing: (pair, active) => ({ type: "typing", pair, active }),
  resume: (pair, seq) => ({ type: "resume", pair, seq }),
  ping: () => ({ type: "ping" }),
};

const door = shape({ ask_first: truth, do_not_disturb: truth });
const pair = shape({
  id: text,
  role: oneOf("host", "guest"),
  partner: person,
  present: truth,
  seq: count,
  n: count,
  ended: orAbsent(text),
});

const SERVER_FRAMES = {
  welcome: shape({
    version: count,
    user: person,
    token: text,
    limits: shape({ text: count, frame: count, hold: seconds }),
    pair: orNull(pair),
    door,
  }),
  joined: shape({ pair }),
  asked: shape({ ask: text, owner: person, seconds }),
  ask: shape({ ask: text, person, seconds }),
  lapsed: shape({ ask: text, reason: text }),
  accepted: shape({ pair: text, n: count, seq: count, sent_at: time }),
  message: shape({ pair: text, seq: count, n: count, mine: truth, text, sent_at: time }),
  recalled: shape({ pair: text, seq: count, n: count, mine: truth }),
  delivered: shape({ pair: text, seq: count }),
  resumed: shape({ pair: text, seq: count, complete: truth }),
  typing: shape({ pair: text, active: truth }),
  away: shape({ pair: text, seconds }),
  back: shape({ pair: text }),
  left: shape({ pair: text, reason: text, delivered: count }),
  turned_away: shape({ pair: text, count }),
  token: shape({ token: text }),
  door: shape({ door }),
  closing: shape({ reason: text, retry: orAbsent(seconds) }),
  error: shape({ code: text, message: text, for: orAbsent(text), n: orAbsent(count), expected: orAbsent(count), notified: orAbsent(truth), changed: orAbsent(truth) }),
  notice: shape({ text, seconds }),
  trouble: shape({ active: truth }),
  pong: shape({}),
};

/** The frame in `data`, or null if it is none of version 1. Newer servers may send types this page does not know. */
export function parse(data) {
  return read(data, SERVER_FRAMES);
}

// The server's own idea of white space (Python's str.strip): a replayed text must equal the one kept here.
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const OUTER_SPACE = new RegExp(`^${SPACE}|${SPACE}$`, "g");
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The text as the server will store it: trimmed, and free of half characters that UTF-8 cannot carry. */
export function clean(typed) {
  return typed.replace(LONE_SURROGATE, "\ufffd").replace(OUTER_SPACE, "");
}

/** Length as the server counts it: in code points, not in JavaScript's code units. */
export function lengthOf(typed) {
  let length = 0;
  for (const _ of typed) length += 1;
  return length;
}

/** The wire protocol of rooms, version 1: the frames the page sends, and the shape a server frame must have to be believed. */

import { count, listOf, oneOf, orAbsent, orNull, person, read, seconds, shape, text, time, truth } from "../shapes.js";

export const make = {
  message: (n, said, action = false) => ({ type: "message", n, text: said, action }),
  whisper: (to, said) => ({ type: "whisper", to, text: said }),
  edit: (of, said) => ({ type: "edit", of, text: said }),
  delete: (of) => ({ type: "delete", of }),
  typing: (active) => ({ type: "typing", active }),
  resume: (seq) => ({ type: "resume", seq }),
  history: (before) => ({ type: "history", before }),
  members: () => ({ type: "members" }),
  command: (typed, n = null) => ({ type: "command", text: typed, n }),
  ask: (to) => ({ type: "ask", to }),
  admit: (ask) => ({ type: "admit", ask }),
  decline: (ask) => ({ type: "decline", ask }),
  withdraw: (ask) => ({ type: "withdraw", ask }),
  leave: () => ({ type: "leave" }),
  ping: () => ({ type: "ping" }),
};

const people = listOf(person);
const room = shape({
  slug: text,
  name: text,
  topic: text,
  is_lobby: truth,
  is_open: truth,
  retention_days: count,
  role: oneOf("owner", "moderator", "member"),
  muted_until: orNull(time),
});
const commands = listOf(shape({ name: text, usage: text, help: text }));
const message = shape({
  seq: count,
  author: orNull(person),
  text,
  action: truth,
  sent_at: time,
  edited: truth,
  deleted: truth,
});

const SERVER_FRAMES = {
  welcome: shape({
    version: count,
    user: person,
    room,
    limits: shape({ text: count, frame: count }),
    seq: count,
    n: count,
    online: count,
    members: people,
    messages: listOf(message),
    more: truth,
    commands,
  }),
  message,
  accepted: shape({ n: count, seq: count, sent_at: time }),
  edited: shape({ seq: count, of: count, text, edited_at: time }),
  deleted: shape({ seq: count, of: count }),
  resumed: shape({ seq: count, complete: truth }),
  history: shape({ before: count, messages: listOf(message), more: truth }),
  members: shape({ online: count, members: people }),
  entered: shape({ people, online: count }),
  exited: shape({ people, online: count }),
  renamed: shape({ username: text, name: text, before: text }),
  whisper: shape({ sender: person, to: person, text, sent_at: time }),
  typing: shape({ person, active: truth }),
  room: shape({ room, commands }),
  commands: shape({ commands }),
  invited: shape({ person }),
  announcement: shape({ text, sent_at: time }),
  ask: shape({ ask: text, person, seconds }),
  asked: shape({ ask: text, person, seconds }),
  admitted: shape({ ask: text, role: oneOf("host", "guest"), partner: person, token: orNull(text) }),
  lapsed: shape({ ask: text, reason: text }),
  notice: shape({ text, seconds }),
  trouble: shape({ active: truth }),
  closing: shape({ reason: text, retry: orAbsent(seconds) }),
  error: shape({ code: text, message: text, for: orAbsent(text), n: orAbsent(count), expected: orAbsent(count) }),
  pong: shape({}),
};

/** The frame in `data`, or null if it is none of version 1. Newer servers may send types this page does not know. */
export function parse(data) {
  return read(data, SERVER_FRAMES);
}

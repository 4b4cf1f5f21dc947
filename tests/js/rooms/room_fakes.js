/** Frames of a room's server, as short to write as the tests want them. */

import { ALICE, BOB, SENT_AT } from "../fakes.js";

export const CAROL = { username: "carol", name: "Carol" };
export const COMMANDS = [
  { name: "users", usage: "/users", help: "Show who is here." },
  { name: "msg", usage: "/msg NAME text", help: "Whisper." },
  { name: "me", usage: "/me text", help: "Do something." },
  { name: "invite", usage: "/invite NAME", help: "Invite." },
];

export function aRoom(change = {}) {
  const kind = { is_lobby: false, is_open: true, retention_days: 30 };
  return { slug: "tea", name: "Tea", topic: "", ...kind, role: "member", muted_until: null, ...change };
}

export function aMessage(seq, change = {}) {
  const how = { action: false, sent_at: SENT_AT, edited: false, deleted: false };
  return { type: "message", seq, author: BOB, text: `number ${seq}`, ...how, ...change };
}

/** Alice is welcome, and Bob is here. */
export function aRoomWelcome(change = {}) {
  const limits = { text: 8000, frame: 65536 };
  const log = { seq: 0, n: 0, messages: [], more: false };
  const here = { online: 2, members: [ALICE, BOB] };
  return { type: "welcome", version: 1, user: ALICE, room: aRoom(), limits, ...log, ...here, commands: COMMANDS, ...change };
}

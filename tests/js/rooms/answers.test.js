import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Writing } from "../../../static/js/rooms/writing.js";
import { ALICE, BOB, SENT_AT } from "../fakes.js";
import { aRoomWelcome, CAROL } from "./room_fakes.js";

let now, refused, notes, writing;

beforeEach(() => {
  now = 0;
  refused = [];
  notes = [];
  writing = new Writing({
    send: () => true,
    conversation: () => ({ note: (line) => notes.push(line) }),
    commands: () => [],
    refused: (typed, { code }) => refused.push([typed, code]),
    teller: { stopped() {} },
    mayTell: () => true,
    now: () => now,
  });
  writing.hear(aRoomWelcome());
});

const hear = (type, fields = {}) => writing.hear({ type, ...fields });
const refuse = (type, code = "not_here") => hear("error", { code, message: "", for: type });
const whispered = (sender, to, text) => hear("whisper", { sender, to, text, sent_at: SENT_AT });
const leaveTheLine = () => hear("offline", { retry: 1, reason: null });

test("what happens to others answers no line of ours", () => {
  for (const happens of [
    () => whispered(BOB, ALICE, "hi"),
    () => hear("renamed", { username: "bob", name: "Rob", before: "Bob" }),
    () => hear("announcement", { text: "Tea at five", sent_at: SENT_AT }),
    () => hear("notice", { text: "", seconds: 60 }),
    () => hear("members", { members: [BOB], online: 1 }),
  ]) {
    writing.whisper("carol", "psst");
    happens();
    refuse("whisper");
    writing.say("/msg carol hush");
    happens();
    refuse("command");
  }
  assert.deepEqual(refused, Array(5).fill([["/msg carol psst", "not_here"], ["/msg carol hush", "not_here"]]).flat());
  assert.deepEqual(notes, []);
});

test("of several that wait, each comes back in the order of sending", () => {
  writing.whisper("bob", "one");
  writing.say("/invite dave");
  writing.whisper("bob", "two");
  refuse("message", "too_long");
  refuse("whisper");
  refuse("whisper", "muted");
  refuse("command", "unknown_user");
  refuse("command");
  assert.deepEqual(refused, [
    ["/msg bob one", "not_here"],
    ["/msg bob two", "muted"],
    ["/invite dave", "unknown_user"],
  ]);
});

test("what was done is waited for no more, whichever line it was", () => {
  writing.whisper("bob", "one");
  writing.say("/msg carol two");
  whispered(ALICE, CAROL, "two");
  whispered(ALICE, BOB, "one");
  writing.say("/name Ally");
  hear("renamed", { username: "alice", name: "Ally", before: "Alice" });
  writing.say("/invite dave");
  hear("invited", { person: CAROL });
  writing.say("/help");
  hear("commands", { commands: [] });
  writing.say("/announce Tea at five");
  hear("announcement", { text: "Tea at five", sent_at: SENT_AT });
  writing.say("/shutdown 60");
  hear("notice", { text: "", seconds: 60 });
  leaveTheLine();
  assert.deepEqual(refused, []);
  assert.deepEqual(notes.map(({ kind }) => kind), ["invited", "commands"]);
});

test("whispered in another window of ours is not this line", () => {
  writing.whisper("bob", "this");
  whispered(ALICE, BOB, "that");
  refuse("whisper");
  assert.deepEqual(refused, [["/msg bob this", "not_here"]]);
});

test("with the line lost, everything comes back that nobody answered", () => {
  for (const lost of [leaveTheLine, () => hear("closed", { reason: "stopped" })]) {
    writing.whisper("bob", "secret");
    writing.say("/invite dave");
    lost();
    lost();
  }
  const both = [["/msg bob secret", "perhaps_unsent"], ["/invite dave", "perhaps_unsent"]];
  assert.deepEqual(refused, [...both, ...both]);
});

test("a list of people that a button asked for is no line, and nothing to give back", () => {
  writing.askForEverybody();
  writing.say("/users");
  hear("members", { members: [BOB], online: 1 });
  assert.deepEqual(notes, []);
  hear("members", { members: [BOB], online: 1 });
  assert.deepEqual(notes, [{ kind: "people", people: [BOB], online: 1 }]);
  writing.askForEverybody();
  refuse("members", "rate_limited");
  writing.askForEverybody();
  leaveTheLine();
  assert.deepEqual(refused, []);
});

test("some lines are done without an answer: refused by then, it would be known", () => {
  writing.say("/name Alice");
  now = 31_000;
  writing.say("/dance");
  refuse("command", "unknown_command");
  assert.deepEqual(refused, [["/dance", "unknown_command"]]);
});

test("whoever goes out takes nothing along", () => {
  writing.say("/leave");
  writing.forget();
  hear("closed", { reason: "left" });
  assert.deepEqual(refused, []);
});

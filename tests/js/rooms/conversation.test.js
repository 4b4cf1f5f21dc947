import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { RoomConversation } from "../../../static/js/rooms/conversation.js";
import { ALICE, BOB, FakeClock, SENT_AT } from "../fakes.js";
import { aMessage, aRoomWelcome, CAROL } from "./room_fakes.js";

let clock, sent, kept, gaveBack, isUp, conversation;

beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  kept = [];
  gaveBack = [];
  isUp = true;
  conversation = converse();
});

function converse(items = []) {
  return new RoomConversation({
    items,
    send: (frame) => isUp && Boolean(sent.push(frame)),
    keep: (what) => (kept = what),
    later: clock.later,
    gaveBack: (change, refusal) => gaveBack.push([change, refusal.code]),
    now: () => Date.parse(SENT_AT),
    random: () => 0,
  });
}

const welcome = (change) => conversation.hear(aRoomWelcome(change));
const hear = (type, fields) => conversation.hear({ type, ...fields });
const mine = (seq, text) => conversation.hear(aMessage(seq, { author: ALICE, text }));
const accepted = (n, seq) => hear("accepted", { n, seq, sent_at: SENT_AT });
const shown = () => conversation.entries().map(({ kind, text, state }) => [text ?? kind, state].filter(Boolean).join(" "));
const keys = () => conversation.entries().map(({ key }) => key);

function leaveTheLine() {
  isUp = false;
  hear("offline", { retry: 1, reason: null });
}

function comeBack(change) {
  isUp = true;
  sent = [];
  welcome(change);
}

test("what I say is shown at once, and becomes stored where it stands, whichever answer comes first", () => {
  welcome();
  for (const first of ["message", "accepted"]) {
    const [n, seq] = first === "message" ? [1, 1] : [2, 2];
    conversation.say("hello");
    const key = keys().at(-1);
    if (first === "message") mine(seq, "hello");
    accepted(n, seq);
    if (first === "accepted") mine(seq, "hello");
    assert.equal(keys().at(-1), key);
    assert.equal(conversation.entries().length, seq);
    assert.equal(shown().at(-1), "hello stored");
  }
  assert.deepEqual(kept, []);
});

test("the same words from another window of mine are another message", () => {
  welcome();
  conversation.say("hello");
  mine(1, "hello"); // of the other window
  accepted(1, 2);
  mine(2, "hello");
  assert.deepEqual(shown(), ["hello stored", "hello stored"]);
  assert.deepEqual(keys(), ["seq-1", "mine-1"]);
});

test("accepted before others' messages in front of it, it waits for them and asks for nothing", () => {
  welcome();
  conversation.say("hello");
  sent = [];
  accepted(1, 3);
  assert.deepEqual(shown(), ["hello stored"]);
  conversation.hear(aMessage(1));
  conversation.hear(aMessage(2));
  mine(3, "hello");
  assert.deepEqual(shown(), ["number 1 theirs", "number 2 theirs", "hello stored"]);
  assert.deepEqual(sent, []);
});

test("what may be stored is sent again under its n after the line came back, and shown once", () => {
  welcome();
  conversation.say("one");
  conversation.say("two");
  leaveTheLine();
  conversation.say("three");
  assert.deepEqual(shown(), ["one sending", "two sending", "three queued"]);
  comeBack({ seq: 1, n: 1 });
  assert.deepEqual(sent.map(({ type, n, seq }) => `${type} ${n ?? seq}`), ["resume 0", "message 1", "message 2", "message 3"]);
  mine(1, "one");
  hear("resumed", { seq: 1, complete: true });
  accepted(1, 1);
  accepted(2, 2);
  mine(2, "two");
  accepted(3, 3);
  mine(3, "three");
  assert.deepEqual(shown(), ["one stored", "two stored", "three stored"]);
});

test("after a refresh the unsent are recovered, and one that was stored is not shown twice", () => {
  welcome();
  conversation.say("one");
  conversation.say("two");
  conversation = converse(kept);
  sent = [];
  welcome({ seq: 1, n: 1, messages: [aMessage(1, { author: ALICE, text: "one" })] });
  assert.deepEqual(shown(), ["one stored", "two sending"]);
  assert.deepEqual(sent.map(({ n, text }) => [n, text]), [[1, "one"], [2, "two"]]);
  accepted(1, 1);
  assert.deepEqual(shown(), ["one stored", "two sending"]);
});

test("what was missed while away is asked for, unless it is too much", () => {
  welcome({ seq: 3, messages: [aMessage(3)], more: true });
  leaveTheLine();
  comeBack({ seq: 5, messages: [aMessage(4), aMessage(5)] });
  assert.deepEqual(sent, [{ type: "resume", seq: 3 }]);
  assert.equal(conversation.isReplaying, true);
  conversation.hear(aMessage(4));
  conversation.hear(aMessage(5));
  hear("resumed", { seq: 5, complete: true });
  leaveTheLine();
  comeBack({ seq: 5_000, messages: [aMessage(5_000)], more: true });
  assert.deepEqual(sent, []);
  assert.deepEqual(shown(), ["number 5000 theirs"]);
  assert.equal(conversation.hasOlder, true);
});

test("a gap in what comes live is asked for once, and again if the answer has to wait", () => {
  welcome();
  conversation.hear(aMessage(2));
  conversation.hear(aMessage(3));
  assert.deepEqual(sent, [{ type: "resume", seq: 0 }]);
  hear("error", { code: "unavailable", message: "", for: "resume" });
  clock.pass(30_000);
  assert.deepEqual(sent.length, 2);
  conversation.hear(aMessage(1));
  hear("resumed", { seq: 3, complete: true });
  assert.deepEqual(shown(), ["number 1 theirs", "number 2 theirs", "number 3 theirs"]);
});

test("older pages are asked for one at a time, and go on where the last one ended", () => {
  welcome({ seq: 9, messages: [aMessage(9)], more: true });
  conversation.readOlder();
  conversation.readOlder();
  assert.deepEqual(sent, [{ type: "history", before: 9 }]);
  hear("history", { before: 9, messages: [aMessage(7), aMessage(8)], more: true });
  conversation.readOlder();
  hear("history", { before: 7, messages: [aMessage(1)], more: false });
  conversation.readOlder();
  assert.deepEqual(sent.slice(1), [{ type: "history", before: 7 }]);
  assert.deepEqual(shown().length, 4);
});

test("an edit is asked for again after a lost line, and one that is refused gives its words back", () => {
  welcome({ seq: 1, messages: [aMessage(1, { author: ALICE, text: "helo" })] });
  conversation.outgoing.edit(1, "helo ");
  assert.deepEqual(sent, [], "nothing changed");
  conversation.outgoing.edit(1, "hello");
  leaveTheLine();
  comeBack({ seq: 1 });
  assert.deepEqual(sent, [{ type: "edit", of: 1, text: "hello" }]);
  hear("error", { code: "no_message", message: "", for: "edit" });
  assert.deepEqual(gaveBack, [[{ of: 1, text: "hello" }, "no_message"]]);
  conversation.outgoing.edit(1, "hello");
  hear("edited", { seq: 2, of: 1, text: "hello", edited_at: SENT_AT });
  leaveTheLine();
  comeBack({ seq: 2 });
  assert.deepEqual(sent, []);
  assert.deepEqual(shown(), ["hello stored"]);
});

test("a deleted message keeps its place and loses its text", () => {
  welcome({ seq: 2, messages: [aMessage(1), aMessage(2)] });
  hear("deleted", { seq: 3, of: 1 });
  assert.deepEqual(conversation.entries().map(({ text, deleted }) => [text, deleted]), [["", true], ["number 2", false]]);
});

test("a refused message stays, says why and can be tried again; those behind it go on", () => {
  welcome();
  conversation.say("one");
  conversation.say("two");
  hear("error", { code: "muted", message: "", for: "message", n: 1 });
  assert.deepEqual(shown(), ["one refused", "two sending"]);
  assert.equal(conversation.entries()[0].code, "muted");
  assert.equal(conversation.outgoing.takeBack("mine-1").text, "one");
});

test("an action is a message that says so", () => {
  welcome();
  conversation.say("waves", true);
  assert.deepEqual(sent.at(-1), { type: "message", n: 1, text: "waves", action: true });
});

test("who comes and goes is told in one line between two messages, me not at all", () => {
  welcome();
  hear("entered", { people: [ALICE, CAROL], online: 3 });
  hear("exited", { people: [BOB], online: 2 });
  assert.deepEqual(conversation.entries().map(({ kind, comings }) => [kind, comings.came, comings.went]), [
    ["comings", [CAROL], [BOB]],
  ]);
  hear("renamed", { username: "carol", name: "Caro", before: "Carol" });
  hear("renamed", { username: "carol", name: "Carol", before: "Caro" });
  hear("entered", { people: [BOB], online: 3 });
  assert.deepEqual(conversation.entries().map(({ comings }) => [comings.came, comings.went, comings.renamed]), [
    [[CAROL, BOB], [], []],
  ]);
  conversation.hear(aMessage(1));
  hear("exited", { people: [CAROL], online: 2 });
  assert.deepEqual(shown(), ["comings", "number 1 theirs", "comings"]);
});

test("a whisper stands where it came in, and what was sent meanwhile behind it", () => {
  welcome({ seq: 1, messages: [aMessage(1)] });
  conversation.say("hello");
  hear("whisper", { sender: BOB, to: ALICE, text: "psst", sent_at: SENT_AT });
  assert.deepEqual(shown(), ["number 1 theirs", "psst", "hello sending"]);
  accepted(1, 2);
  mine(2, "hello");
  assert.deepEqual(shown(), ["number 1 theirs", "psst", "hello stored"]);
});

test("of a long day the last hundreds stay on the page, and the rest can be read again", () => {
  welcome();
  for (let seq = 1; seq <= 501; seq += 1) conversation.hear(aMessage(seq));
  conversation.trim();
  assert.equal(conversation.entries().length, 400);
  conversation.hear(aMessage(502));
  conversation.trim();
  assert.equal(conversation.entries().length, 401, "not one by one");
  conversation.readOlder();
  assert.deepEqual(sent, [{ type: "history", before: 102 }]);
});

test("what others say is counted, whatever is read again", () => {
  welcome({ seq: 9, messages: [aMessage(9)], more: true });
  conversation.hear(aMessage(10));
  mine(11, "me");
  hear("whisper", { sender: BOB, to: ALICE, text: "psst", sent_at: SENT_AT });
  hear("history", { before: 9, messages: [aMessage(8)], more: false });
  assert.equal(conversation.heard, 2);
});

test("an entry that did not change is the same object, so that thousands are drawn at no cost", () => {
  welcome({ seq: 2, messages: [aMessage(1), aMessage(2)] });
  const before = conversation.entries();
  hear("edited", { seq: 3, of: 1, text: "better", edited_at: SENT_AT });
  const after = conversation.entries();
  assert.equal(after[1], before[1]);
  assert.notEqual(after[0], before[0]);
});

test("a message that the server cannot store for a while says so, and goes out until it is stored", () => {
  welcome();
  conversation.say("hello");
  const refuse = () => hear("error", { code: "unavailable", message: "", for: "message", n: 1 });
  refuse();
  assert.deepEqual(shown(), ["hello sending"]);
  clock.pass(1_000);
  refuse();
  assert.deepEqual(shown(), ["hello delayed"]);
  leaveTheLine();
  comeBack();
  assert.deepEqual([shown(), sent.map(({ n }) => n)], [["hello delayed"], [1]]);
  accepted(1, 1);
  mine(1, "hello");
  conversation.say("again");
  assert.deepEqual(shown(), ["hello stored", "again sending"]);
});

test("whoever takes another name is called by it in what stands here already", () => {
  const action = { author: CAROL, action: true, text: "waves" };
  welcome({ seq: 2, messages: [aMessage(1), aMessage(2, action)] });
  mine(3, "hello");
  hear("whisper", { sender: BOB, to: ALICE, text: "psst", sent_at: SENT_AT });
  hear("whisper", { sender: ALICE, to: BOB, text: "hush", sent_at: SENT_AT });
  const untouched = conversation.entries()[1];
  hear("renamed", { username: "bob", name: "Rob", before: "Bob" });
  hear("renamed", { username: "alice", name: "Ally", before: "Alice" });
  conversation.say("and now?");
  const named = () => conversation.entries().filter(({ author }) => author).map(({ author, to }) => [author.name, to?.name].filter(Boolean).join(" to "));
  assert.deepEqual(named(), ["Rob", "Carol", "Ally", "Rob to Ally", "Ally to Rob", "Ally"]);
  assert.equal(conversation.entries()[1], untouched);
  assert.deepEqual(conversation.get(1).author, { username: "bob", name: "Rob" });
});

test("of a name that was taken while the line was lost, the welcome tells", () => {
  welcome({ seq: 1, messages: [aMessage(1)] });
  leaveTheLine();
  comeBack({ seq: 1, members: [ALICE, { ...BOB, name: "Rob" }] });
  assert.equal(conversation.get(1).author.name, "Rob");
});

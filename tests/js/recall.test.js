import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Conversation } from "../../static/js/conversation.js";
import { start, step } from "../../static/js/pair.js";
import { aPair, aWelcome, FakeClock, SENT_AT } from "./fakes.js";

let clock, wire, connected, gaveBack, talk;
beforeEach(() => {
  clock = new FakeClock();
  wire = [];
  gaveBack = [];
  connected = true;
  talk = converse();
  talk.begin(0, false);
});

function converse(items = []) {
  return new Conversation({
    pair: "p1",
    items,
    since: Date.parse(SENT_AT),
    send: (frame) => connected && Boolean(wire.push(frame)),
    keep: () => {},
    gaveBack: (text) => gaveBack.push(text),
    later: clock.later,
    now: () => Date.parse(SENT_AT),
    random: () => 1,
  });
}

const hear = (type, fields) => talk.hear({ type, pair: "p1", ...fields });
const accepted = (n, seq) => hear("accepted", { n, seq, sent_at: SENT_AT });
const message = (seq, text, mine = false, n = seq) => hear("message", { seq, n, mine, text, sent_at: SENT_AT });
const recalled = (seq, mine, n = seq) => hear("recalled", { seq, n, mine });
const resumed = (seq, complete = true) => hear("resumed", { seq, complete });
const shown = () => talk.entries().map(({ text, state }) => `${text}: ${state}`);
const sent = (type) => wire.filter((frame) => frame.type === type);

function say(text, n, seq) {
  talk.say(text);
  accepted(n, seq);
  return talk.entries().at(-1).key;
}

test("a stored message is taken back by the server, and its text given back", () => {
  const key = say("a slip", 1, 1);
  assert.equal(talk.takeBack(key), undefined, "the server decides");
  assert.deepEqual(sent("recall"), [{ type: "recall", pair: "p1", n: 1 }]);
  assert.deepEqual(shown(), ["a slip: stored"], "until there is an answer it stands");
  recalled(1, true);
  assert.deepEqual([shown(), gaveBack], [[], ["a slip"]]);
});

test("what was delivered is not asked for", () => {
  const key = say("seen", 1, 1);
  hear("delivered", { seq: 1 });
  talk.takeBack(key);
  assert.deepEqual([sent("recall"), shown()], [[], ["seen: delivered"]]);
});

test("a refusal leaves it where it is", () => {
  const key = say("seen", 1, 1);
  talk.takeBack(key);
  hear("error", { code: "already_delivered", message: "…", for: "recall", n: 1 });
  hear("offline", {});
  talk.begin(1, true);
  resumed(1);
  assert.deepEqual([shown(), sent("recall").length, gaveBack], [["seen: stored"], 1, []]);
});

test("a wish that a lost line swallowed is said again", () => {
  const key = say("a slip", 1, 1);
  connected = false;
  talk.takeBack(key);
  hear("offline", {});
  connected = true;
  talk.begin(1, true);
  resumed(1);
  assert.deepEqual(sent("recall"), [{ type: "recall", pair: "p1", n: 1 }]);
});

test("the partner's message goes, and the next one closes up", () => {
  message(1, "a slip");
  recalled(1, false);
  message(2, "better so");
  assert.deepEqual(shown(), ["better so: theirs"]);
  talk.seen();
  assert.deepEqual(sent("received").map(({ seq }) => seq), [2]);
  assert.deepEqual(sent("resume"), [], "nothing is missing");
});

test("one that came in a replay already taken back is no gap", () => {
  hear("offline", {});
  talk.begin(0, true);
  message(1, "one");
  recalled(2, false);
  message(3, "three");
  resumed(3);
  assert.deepEqual(shown(), ["one: theirs", "three: theirs"]);
  assert.equal(sent("resume").length, 1);
});

test("the last one taken back still counts as seen", () => {
  message(1, "one");
  message(2, "a slip");
  recalled(2, false);
  talk.seen();
  assert.deepEqual(sent("received").map(({ seq }) => seq), [2]);
});

test("one of ours that another window took back is not sent again", () => {
  talk = converse([{ n: 1, text: "a slip", sentAt: SENT_AT, state: "sent", tried: true }]);
  talk.begin(1, true);
  recalled(1, true);
  resumed(1);
  assert.deepEqual([shown(), sent("message"), gaveBack], [[], [], []]);
});

test("it comes once, however often the server says it, and the receipt does not count it", () => {
  message(1, "one");
  message(2, "a slip");
  recalled(2, false);
  recalled(2, false);
  talk.end(0);
  assert.equal(talk.receipt.messages, 1);
});

test("too late is said in words, and disturbs nothing else", () => {
  const events = [
    aWelcome(),
    { type: "joined", pair: aPair() },
    { type: "away", pair: "p1", seconds: 30 },
    { type: "error", code: "already_delivered", message: "…", for: "recall", n: 1 },
  ];
  const state = events.reduce((before, event) => step(before, event, 1000).state, start());
  assert.deepEqual([state.at, state.until, state.refusal.code], ["away", 31_000, "already_delivered"]);
});

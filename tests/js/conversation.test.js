import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Conversation } from "../../static/js/conversation.js";
import { FakeClock, SENT_AT } from "./fakes.js";

let clock, wire, kept, connected, talk;

function converse(items) {
  talk = new Conversation({
    pair: "p1",
    items,
    send: (frame) => connected && Boolean(wire.push(frame)),
    keep: (outbox) => (kept = structuredClone(outbox)),
    later: clock.later,
    now: () => Date.parse(SENT_AT),
    random: () => 1,
  });
}

beforeEach(() => {
  clock = new FakeClock();
  wire = [];
  kept = [];
  connected = true;
  converse();
});

const hear = (type, fields) => talk.hear({ type, pair: "p1", ...fields });
const accepted = (n, seq) => hear("accepted", { n, seq, sent_at: SENT_AT });
const message = (seq, text, mine = false, n = seq) => hear("message", { seq, n, mine, text, sent_at: SENT_AT });
const resumed = (seq, complete = true) => hear("resumed", { seq, complete });
const error = (n, code, more = {}) => hear("error", { code, message: "…", for: "message", n, ...more });
const fresh = () => talk.begin(0, false);
const shown = () => talk.entries().map(({ text, state }) => `${text}: ${state}`);
const told = (type) => wire.filter((frame) => frame.type === type);
const sent = (type = "message") => told(type).map(({ n, text, seq }) => (type === "message" ? `${n} ${text}` : seq));

function lineBreaks() {
  connected = false;
  wire.length = 0;
  hear("offline", {});
}

function lineReturns(n) {
  connected = true;
  talk.begin(n, true);
}

test("a message goes its way: sending, stored, delivered", () => {
  fresh();
  talk.say("  hi ");
  assert.deepEqual(shown(), ["hi: sending"]);
  assert.deepEqual(wire, [{ type: "message", pair: "p1", n: 1, text: "hi" }]);
  accepted(1, 1);
  assert.deepEqual(shown(), ["hi: stored"]);
  hear("delivered", { seq: 1 });
  assert.deepEqual(shown(), ["hi: delivered"]);
});

test("it keeps its place on the page while its state changes", () => {
  fresh();
  talk.say("hi");
  const { key } = talk.entries()[0];
  accepted(1, 1);
  assert.equal(talk.entries()[0].key, key);
});

test("ours on their way stand after what is stored, and then where seq puts them", () => {
  fresh();
  talk.say("mine");
  message(1, "theirs");
  assert.deepEqual(shown(), ["theirs: theirs", "mine: sending"]);
  message(3, "theirs again");
  accepted(1, 2);
  assert.deepEqual(shown(), ["theirs: theirs", "mine: stored", "theirs again: theirs"]);
});

test("what is written without a line waits, and goes out in order when the line is back", () => {
  fresh();
  lineBreaks();
  talk.say("a");
  talk.say("b");
  assert.deepEqual(shown(), ["a: queued", "b: queued"]);
  lineReturns(0);
  assert.deepEqual([sent("resume"), sent()], [[0], []], "nothing goes out before the replay is over");
  resumed(0);
  assert.deepEqual(sent(), ["1 a", "2 b"]);
});

test("a message whose answer was lost: stored, so the replay brings it and it is not sent twice", () => {
  fresh();
  talk.say("hi");
  lineBreaks();
  lineReturns(1);
  message(1, "hi", true);
  resumed(1);
  assert.deepEqual([shown(), sent()], [["hi: stored"], []]);
});

test("a message that was lost itself: sent again with the same n", () => {
  fresh();
  talk.say("hi");
  lineBreaks();
  lineReturns(0);
  resumed(0);
  assert.deepEqual(sent(), ["1 hi"]);
  accepted(1, 1);
  assert.deepEqual(shown(), ["hi: stored"]);
});

test("an answer that comes twice changes nothing", () => {
  fresh();
  talk.say("hi");
  accepted(1, 1);
  accepted(1, 1);
  message(1, "hi", true);
  assert.deepEqual(shown(), ["hi: stored"]);
});

test("after a refresh the replay brings everything back and what was unsent goes out", () => {
  fresh();
  talk.say("a");
  accepted(1, 1);
  message(2, "b");
  connected = false;
  talk.say("c");
  connected = true;
  wire = [];
  converse(kept);
  talk.begin(1, true);
  message(1, "a", true, 1);
  message(2, "b");
  resumed(2);
  hear("delivered", { seq: 1 });
  assert.deepEqual([shown(), sent()], [["a: delivered", "b: theirs", "c: sending"], ["2 c"]]);
});

test("what is on the wire was kept as tried before it went", () => {
  let keptAtSending;
  talk = new Conversation({
    pair: "p1",
    send: () => Boolean((keptAtSending = structuredClone(kept))),
    keep: (items) => (kept = structuredClone(items)),
    later: clock.later,
  });
  talk.begin(0, false);
  talk.say("hi");
  assert.deepEqual(keptAtSending.map(({ text, tried }) => [text, tried]), [["hi", true]]);
});

test("it resumes from what it shows without a gap", () => {
  fresh();
  message(1, "a");
  message(2, "b");
  lineBreaks();
  lineReturns(0);
  assert.deepEqual(sent("resume"), [2]);
});

test("a gap is asked for once and filled; messages go on meanwhile", () => {
  fresh();
  message(1, "a");
  message(4, "d");
  message(5, "e");
  talk.say("mine");
  assert.deepEqual([sent("resume"), sent()], [[1], ["1 mine"]]);
  for (const [seq, text] of [[2, "b"], [3, "c"], [4, "d"], [5, "e"]]) message(seq, text);
  resumed(5);
  assert.deepEqual(shown(), ["a: theirs", "b: theirs", "c: theirs", "d: theirs", "e: theirs", "mine: sending"]);
  assert.deepEqual(sent("resume"), [1]);
});

test("a gap that is left after a replay is asked for again", () => {
  fresh();
  message(2, "b");
  message(4, "d");
  message(1, "a");
  resumed(2);
  assert.deepEqual(sent("resume"), [0, 2]);
});

test("a replay that is refused is asked for again after a rest", () => {
  lineReturns(0);
  hear("error", { code: "unavailable", message: "…", for: "resume" });
  assert.deepEqual(sent("resume"), [0]);
  clock.pass(1000);
  assert.deepEqual(sent("resume"), [0, 0]);
});

test("an incomplete replay says so", () => {
  lineReturns(0);
  message(40, "late");
  assert.deepEqual(shown(), []);
  resumed(40, false);
  assert.deepEqual([shown(), talk.isTruncated], [["late: theirs"], true]);
});

test("with an incomplete replay, what may be stored is not sent twice: the person decides", () => {
  fresh();
  talk.say("hi");
  lineBreaks();
  lineReturns(1);
  resumed(1, false);
  assert.deepEqual([shown(), sent()], [["hi: refused"], []]);
  talk.retry(talk.entries()[0].key);
  assert.deepEqual(sent(), ["2 hi"]);
});

test("too fast: the burst waits, longer each time, and goes out in order with the same n", () => {
  fresh();
  for (const text of ["a", "b", "c"]) talk.say(text);
  accepted(1, 1);
  wire.length = 0;
  error(2, "rate_limited");
  error(3, "out_of_order", { expected: 2 });
  assert.deepEqual([shown(), sent()], [["a: stored", "b: queued", "c: queued"], []]);
  talk.say("d");
  clock.pass(999);
  assert.deepEqual(sent(), []);
  clock.pass(1);
  assert.deepEqual(sent(), ["2 b", "3 c", "4 d"]);
  wire.length = 0;
  error(2, "rate_limited");
  clock.pass(1999);
  assert.deepEqual(sent(), []);
  clock.pass(1);
  assert.deepEqual(sent(), ["2 b", "3 c", "4 d"]);
});

test("unavailable: it may be stored all the same, so it cannot be taken back and keeps its n", () => {
  fresh();
  talk.say("hi");
  error(1, "unavailable");
  assert.equal(talk.takeBack(talk.entries()[0].key), undefined);
  clock.pass(1000);
  assert.deepEqual(sent(), ["1 hi", "1 hi"]);
});

test("out of order: it goes on from what the server expects", () => {
  fresh();
  for (const text of ["a", "b"]) talk.say(text);
  wire.length = 0;
  error(2, "out_of_order", { expected: 1 });
  clock.pass(1000);
  assert.deepEqual(sent(), ["1 a", "2 b"]);
});

test("the server has more of ours than this page knows: it reads before it sends", () => {
  fresh();
  talk.say("new");
  wire.length = 0;
  error(1, "out_of_order", { expected: 3 });
  assert.deepEqual([sent("resume"), sent()], [[0], []]);
  message(1, "old", true, 1);
  message(2, "older window", true, 2);
  resumed(2);
  assert.deepEqual(sent(), ["3 new"]);
});

test("refused for good: it stays visible, holds nothing back, and can be taken back", () => {
  fresh();
  talk.say("a");
  talk.say("b");
  wire.length = 0;
  error(1, "too_long");
  assert.deepEqual([shown(), sent()], [["a: refused", "b: sending"], ["1 b"]]);
  assert.equal(talk.takeBack(talk.entries()[0].key), "a");
  assert.deepEqual(shown(), ["b: sending"]);
});

test("a refusal without n is of the oldest one on the wire", () => {
  fresh();
  talk.say("a");
  error(undefined, "bad_frame");
  assert.deepEqual(shown(), ["a: refused"]);
});

test("received is said once for what is shown, and again on a new line", () => {
  fresh();
  message(1, "a");
  message(2, "b");
  talk.seen();
  talk.seen();
  assert.deepEqual(sent("received"), [2]);
  lineBreaks();
  talk.seen();
  lineReturns(0);
  resumed(2);
  talk.seen();
  assert.deepEqual(sent("received"), [2]);
});

test("received never covers what is not shown, and one's own need none", () => {
  fresh();
  talk.say("mine");
  accepted(1, 1);
  talk.seen();
  assert.deepEqual(sent("received"), []);
  message(3, "theirs");
  talk.seen();
  assert.deepEqual(sent("received"), []);
  message(2, "theirs");
  talk.seen();
  assert.deepEqual(sent("received"), [3]);
});

test("received that was not taken is said again after a rest, not at once", () => {
  fresh();
  message(1, "a");
  talk.seen();
  hear("error", { code: "unavailable", message: "…", for: "received" });
  talk.seen();
  assert.deepEqual(sent("received"), [1]);
  clock.pass(1000);
  talk.seen();
  assert.deepEqual(sent("received"), [1, 1]);
});

test("when trouble is over, nothing waits any longer", () => {
  fresh();
  talk.say("hi");
  for (let i = 0; i < 6; i += 1) {
    error(1, "unavailable");
    clock.pass(20_000);
  }
  error(1, "unavailable");
  wire.length = 0;
  hear("trouble", { active: true });
  assert.deepEqual(wire, []);
  hear("trouble", { active: false });
  assert.deepEqual(sent(), ["1 hi"]);
  clock.pass(60_000);
  assert.deepEqual(sent(), ["1 hi"]);
});

test("at the end every message has its last state, and nothing more goes out", () => {
  fresh();
  for (const text of ["a", "b", "c"]) talk.say(text);
  accepted(1, 1);
  accepted(2, 2);
  talk.say("d");
  error(4, "rate_limited");
  wire.length = 0;
  talk.end(1);
  assert.deepEqual(shown(), ["a: delivered", "b: undelivered", "c: unconfirmed", "d: unsent"]);
  clock.pass(60_000);
  message(3, "theirs, late");
  talk.seen();
  assert.deepEqual(wire, []);
});

test("when it is over there is a receipt: how long, and how many messages of both", () => {
  let now = 1_000;
  const send = () => true;
  talk = new Conversation({ pair: "p1", since: 1_000, send, keep: () => {}, later: clock.later, now: () => now });
  fresh();
  talk.say("mine");
  accepted(1, 1);
  message(2, "theirs");
  assert.equal(talk.receipt, null);
  now = 61_000;
  talk.end(1);
  now = 99_000;
  talk.end(2);
  assert.deepEqual(talk.receipt, { ms: 60_000, messages: 2 });
});

test("a clock that was set back makes no negative time", () => {
  talk = new Conversation({ pair: "p1", since: 5_000, send: () => true, keep: () => {}, later: clock.later, now: () => 0 });
  talk.end(null);
  assert.equal(talk.receipt.ms, 0);
});

test("a pair that ended meanwhile: what was missed is shown, what was unsent stays unsent", () => {
  fresh();
  lineBreaks();
  talk.say("too late");
  lineReturns(0);
  talk.end(null);
  message(1, "good-bye");
  resumed(1);
  talk.end(0);
  assert.deepEqual([shown(), sent()], [["good-bye: theirs", "too late: unsent"], []]);
});

test("frames of other matters change nothing", () => {
  fresh();
  for (const type of ["welcome", "typing", "pong", "connecting"]) hear(type, {});
  assert.deepEqual([shown(), wire], [[], []]);
});

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { canTakeBack, LIMIT, Outbox } from "../../static/js/outbox.js";

let outbox;
beforeEach(() => (outbox = new Outbox()));

const write = (...texts) => texts.forEach((text) => outbox.add(text, "2026-01-31T09:26:53.589Z"));
const waiting = () => outbox.items.map(({ n, text, state }) => [n, text, state]);
const taken = () => outbox.take().map(({ n, text }) => [n, text]);

test("messages are numbered 1, 2, 3 in the order they were written", () => {
  write("a", "b", "c");
  assert.deepEqual(taken(), [[1, "a"], [2, "b"], [3, "c"]]);
});

test("what was taken is not taken again", () => {
  write("a");
  outbox.take();
  assert.deepEqual(taken(), []);
});

test("an accepted one is gone and is given back once", () => {
  write("a", "b");
  outbox.take();
  assert.equal(outbox.accepted(1).text, "a");
  assert.equal(outbox.accepted(1), undefined);
  assert.deepEqual(waiting(), [[2, "b", "sent"]]);
});

test("after a lost connection the same n go out again", () => {
  write("a", "b");
  outbox.take();
  outbox.accepted(1);
  outbox.interrupted();
  write("c");
  outbox.settle(1, true);
  assert.deepEqual(taken(), [[2, "b"], [3, "c"]]);
});

test("one that a replay shows to be stored is not sent again", () => {
  write("a", "b");
  outbox.take();
  outbox.interrupted();
  assert.equal(outbox.replayed(1, "a").text, "a");
  outbox.settle(1, true);
  assert.deepEqual(taken(), [[2, "b"]]);
});

test("a number that another window used in the meantime is not mistaken for ours", () => {
  write("a");
  outbox.take();
  outbox.interrupted();
  assert.equal(outbox.replayed(1, "from the other window"), undefined);
  outbox.settle(1, true);
  assert.deepEqual(taken(), [[2, "a"]]);
});

test("one that was never on the wire cannot have been stored, even if the text is the same", () => {
  write("hi");
  assert.equal(outbox.replayed(1, "hi"), undefined);
  outbox.settle(1, true);
  assert.deepEqual(taken(), [[2, "hi"]]);
});

test("where the log no longer reaches back, the person decides about what may be stored", () => {
  write("a", "b");
  outbox.take();
  outbox.interrupted();
  write("c");
  outbox.settle(1, false);
  assert.deepEqual(waiting(), [[null, "a", "refused"], [2, "b", "queued"], [3, "c", "queued"]]);
  assert.equal(outbox.items[0].code, "unsure");
});

test("one that is refused for good holds nothing back", () => {
  write("a", "b", "c");
  outbox.take();
  outbox.refused(1, "too_long");
  assert.deepEqual(taken(), [[1, "b"], [2, "c"]]);
  assert.equal(outbox.items[0].code, "too_long");
});

test("a retry goes to the end with a number of its own", () => {
  write("a", "b");
  outbox.take();
  outbox.refused(1, "bad_frame");
  outbox.take();
  outbox.accepted(1);
  outbox.retry(outbox.items[0].key);
  assert.deepEqual(taken(), [[2, "a"]]);
});

test("only a refused one can be retried", () => {
  write("a");
  outbox.take();
  outbox.retry(outbox.items[0].key);
  assert.deepEqual(taken(), []);
});

test("what time may heal keeps its number and everything behind it follows", () => {
  write("a", "b", "c");
  outbox.take();
  outbox.accepted(1);
  outbox.postponed(2, true);
  assert.deepEqual(taken(), [[2, "b"], [3, "c"]]);
});

test("one that was never sent can be taken back, and those behind it move up", () => {
  write("a", "b", "c");
  assert.equal(outbox.takeBack(outbox.items[1].key).text, "b");
  assert.deepEqual(taken(), [[1, "a"], [2, "c"]]);
});

test("one on the wire cannot be taken back, nor one that may be stored", () => {
  write("a");
  outbox.take();
  assert.equal(outbox.takeBack(outbox.items[0].key), undefined);
  outbox.interrupted();
  assert.equal(canTakeBack(outbox.items[0]), false);
  assert.equal(outbox.takeBack(outbox.items[0].key), undefined);
  assert.equal(outbox.items.length, 1);
});

test("one that was postponed can be taken back only if it is certainly not stored", () => {
  write("a");
  outbox.take();
  outbox.postponed(1, false);
  assert.equal(canTakeBack(outbox.items[0]), false);
  outbox.take();
  outbox.postponed(1, true);
  assert.equal(canTakeBack(outbox.items[0]), true);
});

test("a refused one can be taken back", () => {
  write("a");
  outbox.take();
  outbox.refused(1, "too_long");
  assert.equal(outbox.takeBack(outbox.items[0].key).text, "a");
  assert.deepEqual(outbox.items, []);
});

test("the outbox has an end", () => {
  for (let i = 0; i < LIMIT; i += 1) assert.equal(outbox.add("x"), true);
  assert.equal(outbox.isFull, true);
  assert.equal(outbox.add("one more"), false);
  outbox.take();
  outbox.accepted(1);
  assert.equal(outbox.add("one more"), true);
});

test("a refresh keeps the outbox: same texts, same numbers, same doubts", () => {
  write("a", "b");
  outbox.take();
  outbox.accepted(1);
  write("c");
  outbox = new Outbox(JSON.parse(JSON.stringify(outbox.items)));
  assert.deepEqual(waiting(), [[2, "b", "queued"], [3, "c", "queued"]]);
  assert.equal(outbox.replayed(2, "b").text, "b");
  outbox.settle(2, true);
  assert.deepEqual(taken(), [[3, "c"]]);
});

test("a refresh does not send what was refused", () => {
  write("a", "b");
  outbox.take();
  outbox.refused(1, "too_long");
  outbox = new Outbox(JSON.parse(JSON.stringify(outbox.items)));
  assert.deepEqual(taken(), [[1, "b"]]);
});

test("if the server lost its memory, numbers start again where it is", () => {
  write("a", "b", "c");
  outbox.take();
  outbox.accepted(1);
  outbox.interrupted();
  outbox.settle(0, true);
  assert.deepEqual(taken(), [[1, "b"], [2, "c"]]);
});

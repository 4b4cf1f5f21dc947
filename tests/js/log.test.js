import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Log } from "../../static/js/log.js";

let log;
beforeEach(() => (log = new Log()));

const message = (seq, mine = false) => ({ seq, mine, text: `message ${seq}`, key: `seq-${seq}` });
const shown = () => log.entries().map(({ seq }) => seq);
const states = () => log.entries().map(({ state }) => state);

test("messages stand in the order of seq, however they came", () => {
  for (const seq of [1, 4, 3, 2]) log.add(message(seq));
  assert.deepEqual(shown(), [1, 2, 3, 4]);
});

test("a message is here once, however often it comes", () => {
  assert.equal(log.add(message(1)), true);
  assert.equal(log.add(message(1)), false);
  log.add(message(3));
  assert.equal(log.add(message(3)), false);
  log.add(message(2));
  assert.equal(log.add(message(3)), false);
  assert.deepEqual(shown(), [1, 2, 3]);
});

test("the partner's message waits for the one in front of it", () => {
  log.add(message(1));
  log.add(message(3));
  assert.deepEqual(shown(), [1]);
  assert.equal(log.end, 1);
  assert.equal(log.hasGap, true);
  log.add(message(2));
  assert.deepEqual(shown(), [1, 2, 3]);
  assert.equal(log.hasGap, false);
});

test("one's own message is never hidden", () => {
  log.add(message(2, true));
  assert.deepEqual(shown(), [2]);
});

test("a complete replay closes nothing that was not open", () => {
  log.add(message(1));
  log.resumed(1, true);
  assert.equal(log.end, 1);
  assert.equal(log.truncated, false);
});

test("after a replay that begins late, what is there is shown, and the rest is known to be gone", () => {
  for (const seq of [40, 41]) log.add(message(seq));
  assert.deepEqual(shown(), []);
  log.resumed(41, false);
  assert.deepEqual(shown(), [40, 41]);
  assert.equal(log.truncated, true);
  log.add(message(42));
  assert.deepEqual(shown(), [40, 41, 42]);
});

test("what came live during a replay follows it", () => {
  log.add(message(6));
  for (const seq of [1, 2, 3, 4, 5]) log.add(message(seq));
  log.resumed(5, true);
  assert.deepEqual(shown(), [1, 2, 3, 4, 5, 6]);
  assert.equal(log.end, 6);
});

test("ours are stored, then delivered; theirs are theirs", () => {
  log.add(message(1, true));
  log.add(message(2));
  log.add(message(3, true));
  assert.deepEqual(states(), ["stored", "theirs", "stored"]);
  log.deliveredUpTo(2);
  assert.deepEqual(states(), ["delivered", "theirs", "stored"]);
  log.deliveredUpTo(1);
  assert.deepEqual(states(), ["delivered", "theirs", "stored"], "what was delivered stays delivered");
});

test("at the end, what the partner never saw is undelivered", () => {
  for (const seq of [1, 2, 3]) log.add(message(seq, true));
  log.close(2);
  assert.deepEqual(states(), ["delivered", "delivered", "undelivered"]);
});

test("where nobody told what was delivered, the rest is unconfirmed, until somebody does", () => {
  log.add(message(1, true));
  log.add(message(2, true));
  log.deliveredUpTo(1);
  log.close(null);
  assert.deepEqual(states(), ["delivered", "unconfirmed"]);
  log.close(1);
  assert.deepEqual(states(), ["delivered", "undelivered"]);
  log.close(null);
  assert.deepEqual(states(), ["delivered", "undelivered"]);
});

test("the last message of the partner counts only when it is on the page", () => {
  log.add(message(1));
  log.add(message(2, true));
  log.add(message(4));
  assert.equal(log.lastOfPartner, 1);
  log.add(message(3, true));
  assert.equal(log.lastOfPartner, 4);
});

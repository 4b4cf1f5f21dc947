import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { TypingHint, TypingTeller } from "../../static/js/typing.js";
import { FakeClock } from "./fakes.js";

let clock, told;
beforeEach(() => {
  clock = new FakeClock();
  told = [];
});

const tell = (active) => told.push(active);
const teller = () => new TypingTeller(tell, () => clock.now);

test("while somebody types, it is told every 3 s at the most", () => {
  const typing = teller();
  for (let i = 0; i < 70; i += 1) {
    typing.typed();
    clock.pass(100);
  }
  assert.deepEqual(told, [true, true, true]);
});

test("that it stopped is told once, and only if it was told that it began", () => {
  const typing = teller();
  typing.stopped();
  typing.typed();
  typing.stopped();
  typing.stopped();
  assert.deepEqual(told, [true, false]);
});

test("after it stopped, the next letter is told at once", () => {
  const typing = teller();
  typing.typed();
  typing.stopped();
  typing.typed();
  assert.deepEqual(told, [true, false, true]);
});

test("a message says by itself that typing is over", () => {
  const typing = teller();
  typing.typed();
  typing.forget();
  typing.stopped();
  assert.deepEqual(told, [true]);
});

test("a hint is believed for 6 s, and longer if it is repeated", () => {
  const hint = new TypingHint(tell, clock);
  hint.heard(true);
  clock.pass(5000);
  hint.heard(true);
  clock.pass(5999);
  assert.equal(told.at(-1), true);
  clock.pass(1);
  assert.deepEqual(told, [true, true, false]);
});

test("a hint that is taken back is gone at once", () => {
  const hint = new TypingHint(tell, clock);
  hint.heard(true);
  hint.heard(false);
  assert.deepEqual([told, clock.pending], [[true, false], 0]);
});

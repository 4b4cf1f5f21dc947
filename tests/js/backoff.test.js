import assert from "node:assert/strict";
import { test } from "node:test";

import { backoff, FIRST, MOST } from "../../static/js/backoff.js";

test("the ceiling doubles with every attempt until the longest wait", () => {
  const ceilings = [1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => backoff(attempt, () => 1));
  assert.deepEqual(ceilings, [1000, 2000, 4000, 8000, 16000, 20000, 20000, 20000]);
});

test("the jitter is full: any wait between the first one and the ceiling", () => {
  assert.equal(backoff(5, () => 0), FIRST);
  assert.equal(backoff(5, () => 0.5), (FIRST + 16_000) / 2);
});

test("a thousand waits are all within the bounds, and spread", () => {
  const waits = Array.from({ length: 1000 }, () => backoff(10));
  assert.ok(waits.every((wait) => wait >= FIRST && wait <= MOST));
  assert.ok(new Set(waits).size > 900);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { duration } from "../../static/js/duration.js";

const MINUTE = 60_000;

const SAID = [
  [0, "en", null],
  [0.4 * MINUTE, "en", null],
  [0.6 * MINUTE, "en", "1 minute"],
  [12 * MINUTE, "en", "12 minutes"],
  [59.7 * MINUTE, "en", "1 hour"],
  [65 * MINUTE, "en", "1 hour, 5 minutes"],
  [27 * 60 * MINUTE, "en", "27 hours"],
  [21 * MINUTE, "ru", "21 минута"],
  [122 * MINUTE, "ru", "2 часа 2 минуты"],
  [65 * MINUTE, "pt-br", "1 hora e 5 minutos"],
];

for (const [ms, language, expected] of SAID) {
  test(`${ms / MINUTE} minutes are ${expected} in ${language}`, () => assert.equal(duration(ms, language), expected));
}

import assert from "node:assert/strict";
import { test } from "node:test";

import { fold } from "../../static/js/fold.js";
import { pieces } from "../../static/js/links.js";

const shown = (text) => fold(pieces(text))?.map((piece) => piece.text).join("") ?? null;

test("a text of usual length stays whole, and so does one that is only a little longer", () => {
  for (const text of ["", "hello", "a\nb\nc", "word ".repeat(200), "line\n".repeat(14).trim()]) {
    assert.equal(shown(text), null);
  }
});

test("many lines: the first twelve", () => {
  const text = Array.from({ length: 40 }, (_, i) => `line ${i + 1}`).join("\n");
  assert.equal(shown(text), `${Array.from({ length: 12 }, (_, i) => `line ${i + 1}`).join("\n")}…`);
});

test("a long text is cut between two words", () => {
  assert.equal(shown("seven77 ".repeat(1000).trim()), `${"seven77 ".repeat(112).trim()}…`);
  assert.match(shown("sevenletters ".repeat(600)), /sevenletters…$/u);
});

test("without a space near the cut it is cut between two signs, never inside one", () => {
  const family = "👨‍👩‍👧‍👦";
  const folded = shown(`a${family.repeat(300)}`);
  assert.equal(folded.replaceAll(family, ""), "a…");
  assert.ok(folded.length > 500);
});

test("a link that does not fit is no link any more; one before the cut still is", () => {
  const text = `https://a.example ${"word ".repeat(20)}https://b.example/${"b".repeat(1500)}`;
  const folded = fold(pieces(text));
  assert.deepEqual(folded.map(({ href }) => href).filter(Boolean), ["https://a.example/"]);
});

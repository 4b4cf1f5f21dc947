import assert from "node:assert/strict";
import { test } from "node:test";

import { pieces } from "../../static/js/links.js";

const links = (text) => pieces(text).filter(({ href }) => href).map((piece) => piece.text);

const FOUND = [
  ["see https://example.org/a?b=c#d now", ["https://example.org/a?b=c#d"]],
  ["HTTP://EXAMPLE.org", ["HTTP://EXAMPLE.org"]],
  ["https://a.example and http://b.example", ["https://a.example", "http://b.example"]],
  ["Have you read https://example.org/page?", ["https://example.org/page"]],
  ["(https://example.org/x)", ["https://example.org/x"]],
  ["https://example.org/Tandem_(bicycle).", ["https://example.org/Tandem_(bicycle)"]],
  ["<https://example.org/x>", ["https://example.org/x"]],
  ["“https://example.org”, he said", ["https://example.org"]],
  ["اقرأ https://example.org/ص؟", ["https://example.org/ص"]],
  ["https://münchen.example/straße", ["https://münchen.example/straße"]],
  ["line\nhttps://example.org\nline", ["https://example.org"]],
];

for (const [text, expected] of FOUND) {
  test(`${JSON.stringify(text)} has ${expected.join(" and ")}`, () => assert.deepEqual(links(text), expected));
}

const NONE = [
  "javascript:alert(1)",
  "data:text/html,https",
  "ftp://example.org",
  "example.org",
  "xhttps://example.org",
  "https://",
  "https://?",
  "https://bank.example@evil.example/",
  "https://user:secret@example.org/",
  "https://example.org/\u202egpj.exe",
  "https://exam\u200bple.org/",
  `https://example.org/${"a".repeat(2000)}`,
];

for (const text of NONE) {
  test(`${JSON.stringify(text.slice(0, 60))} stays text`, () => assert.deepEqual(pieces(text), [{ text }]));
}

test("nothing of the text is lost or doubled", () => {
  const text = " https://a.example, https:// (https://b.example/) javascript:x https://c.example\u202e ";
  assert.equal(pieces(text).map((piece) => piece.text).join(""), text);
  assert.deepEqual(pieces(""), []);
});

test("a link leads where it says: to a normal form of itself", () => {
  assert.deepEqual(pieces("HTTPS://Example.ORG/A"), [{ text: "HTTPS://Example.ORG/A", href: "https://example.org/A" }]);
});

test("the longest message of nothing but brackets or points is done at once", () => {
  for (const ending of [")", ".", "]", "…"]) {
    const text = `https://example.org/${ending.repeat(7900)}`;
    const before = performance.now();
    pieces(text);
    assert.ok(performance.now() - before < 1000);
  }
});

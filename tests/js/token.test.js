import assert from "node:assert/strict";
import { test } from "node:test";

import { grouped, linkFor, readToken } from "../../static/js/token.js";
import { TOKEN } from "./fakes.js";

const READ = {
  "as it is": TOKEN,
  "in groups of four": "0011 2233 4455 6677 8899 aabb ccdd eeff",
  "with dashes and capitals": "0011-2233-4455-6677-8899-AABB-CCDD-EEFF",
  "with typographic dashes": "0011–2233—4455‑6677−8899 aabb ccdd eeff",
  "over two lines, with a space around": "\n 0011 2233 4455 6677\r\n\t8899 aabb ccdd eeff \n",
  "with no-break and zero-width spaces": "0011\u00a02233\u200b4455\u20606677 8899 aabb ccdd eeff\ufeff",
  "as the whole link": `https://tandem.example/join/#${TOKEN}`,
  "as a link with capitals": `HTTPS://TANDEM.EXAMPLE/join/#${TOKEN.toUpperCase()}`,
  "as the end of a link": `#${TOKEN}`,
  "as a link in the middle of a sentence": `Talk with me: https://tandem.example/join/#${TOKEN} see you there`,
  "in groups, with words on the next line": "#0011 2233 4455 6677 8899 aabb ccdd eeff\nadd me",
  "from a long text with a link": `${"word ".repeat(100)}https://tandem.example/join/#${TOKEN} ${"word ".repeat(50)}`,
};

for (const [how, input] of Object.entries(READ)) {
  test(`a token is read ${how}`, () => assert.deepEqual(readToken(input), { token: TOKEN }));
}

const NOT_READ = {
  "": "empty",
  " \n\t ": "empty",
  "https://tandem.example/join/": "link",
  "https://tandem.example/join/#": "link",
  "----": "link",
  "hello": "characters",
  [`${TOKEN.slice(0, 31)}g`]: "characters",
  [`${TOKEN.slice(0, 31)}０`]: "characters",
  [TOKEN.slice(0, 31)]: "short",
  [`${TOKEN}0`]: "long",
  [`${TOKEN}${TOKEN}`]: "long",
  [`https://tandem.example/join/#${TOKEN}0`]: "long",
  [`https://tandem.example/join/#${TOKEN}-0`]: "long",
  [`https://tandem.example/join/#${TOKEN}. Bye`]: "characters",
  [`https://tandem.example/join/#${TOKEN.slice(1)} hello`]: "characters",
  [`${TOKEN} hello`]: "characters",
  ["a".repeat(201)]: "characters",
  [`https://tandem.example/${"a".repeat(200)}`]: "characters",
};

for (const [input, problem] of Object.entries(NOT_READ)) {
  test(`${JSON.stringify(input)} is no token: ${problem}`, () => {
    assert.equal(readToken(input).problem, problem);
    assert.equal(readToken(input).token, undefined);
  });
}

test("a megabyte is refused before it is looked through", () => {
  assert.deepEqual(readToken("a".repeat(1_000_000)), { problem: "characters" });
});

test("a short one says how many digits there are", () => {
  assert.equal(readToken("00 11-22").digits, 6);
});

test("a token is grouped in fours for reading", () => {
  assert.equal(grouped(TOKEN), "0011 2233 4455 6677 8899 aabb ccdd eeff");
});

test("what is grouped is read again", () => {
  assert.equal(readToken(grouped(TOKEN)).token, TOKEN);
});

test("a link changes its token and nothing else", () => {
  const other = `https://tandem.example/join/#${"f".repeat(32)}`;
  assert.equal(linkFor(TOKEN, other), `https://tandem.example/join/#${TOKEN}`);
});

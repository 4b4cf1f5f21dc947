import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { clean, lengthOf, make, parse } from "../../static/js/protocol.js";
import { aPair, aWelcome, SENT_AT } from "./fakes.js";

const FRAMES = JSON.parse(readFileSync(new URL("../fixtures/frames.json", import.meta.url)));

for (const frame of FRAMES.server) {
  test(`the server's ${frame.type} is understood: ${JSON.stringify(frame).slice(0, 60)}`, () => {
    assert.deepEqual(parse(JSON.stringify(frame)), frame);
  });
}

const MAKE = {
  join: ({ token }) => make.join(token),
  admit: ({ ask }) => make.admit(ask),
  decline: ({ ask }) => make.decline(ask),
  withdraw: () => make.withdraw(),
  leave: ({ pair }) => make.leave(pair),
  message: ({ pair, n, text }) => make.message(pair, n, text),
  recall: ({ pair, n }) => make.recall(pair, n),
  received: ({ pair, seq }) => make.received(pair, seq),
  typing: ({ pair, active }) => make.typing(pair, active),
  resume: ({ pair, seq }) => make.resume(pair, seq),
  ping: () => make.ping(),
};

for (const frame of FRAMES.client) {
  test(`the page makes ${frame.type} as the protocol has it`, () => assert.deepEqual(MAKE[frame.type](frame), frame));
}

test("the fixture has every frame that the page can make, and every one has its example", () => {
  assert.deepEqual(new Set(FRAMES.client.map((frame) => frame.type)), new Set(Object.keys(make)));
});

test("fields that this version does not know are ignored", () => {
  assert.equal(parse('{"type":"pong","mood":"good"}').type, "pong");
});

test("a field too few or of another kind makes a frame unbelievable", () => {
  const message = { type: "message", pair: "p1", seq: 1, n: 1, mine: false, text: "hi", sent_at: SENT_AT };
  assert.ok(parse(JSON.stringify(message)));
  for (const name of Object.keys(message)) {
    assert.equal(parse(JSON.stringify({ ...message, [name]: undefined })), null, `without ${name}`);
    assert.equal(parse(JSON.stringify({ ...message, [name]: { a: 1 } })), null, `${name} as an object`);
  }
  for (const seq of [-1, 1.5, "1", null, 2 ** 60]) assert.equal(parse(JSON.stringify({ ...message, seq })), null);
  assert.equal(parse(JSON.stringify({ ...message, sent_at: "yesterday" })), null);
});

test("a pair inside a frame is looked at too", () => {
  assert.ok(parse(JSON.stringify(aWelcome(aPair({ ended: "left" })))));
  assert.equal(parse(JSON.stringify(aWelcome(aPair({ partner: null })))), null);
  assert.equal(parse(JSON.stringify(aWelcome(aPair({ role: "visitor" })))), null);
});

test("what is no frame is null and never an exception", () => {
  const notObjects = ["", "{", "null", "[]", "7", '"ping"', "{}"];
  const notTypes = ["dance", 7, "__proto__", "toString", "constructor"].map((type) => JSON.stringify({ type }));
  for (const data of [...notObjects, ...notTypes]) assert.equal(parse(data), null, data);
});

test("a text is trimmed as the server trims it", () => {
  // What Python's str.strip() takes away and JavaScript's trim() leaves, and the other way round.
  assert.equal(clean("\u001c\u0085 \n hi \u001f\u2003"), "hi");
  assert.equal(clean("\ufeffhi"), "\ufeffhi");
  assert.equal(clean(" two\n\n lines "), "two\n\n lines");
  assert.equal(clean(" \u3000\n"), "");
});

test("half of a character is replaced, a whole one is left alone", () => {
  assert.equal(clean("a\ud83db"), "a\ufffdb");
  assert.equal(clean("\udc4d"), "\ufffd");
  assert.equal(clean("👍"), "👍");
});

test("length is counted in code points", () => {
  assert.equal(lengthOf("👍👍"), 2);
  assert.equal(lengthOf("👩‍👩‍👧"), 5);
  assert.equal(lengthOf("e\u0301"), 2);
  assert.equal(lengthOf(""), 0);
});

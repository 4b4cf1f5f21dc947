import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../../../static/js/outbox.js";

function interrupted(...texts) {
  const outbox = new Outbox();
  for (const text of texts) outbox.add(text, "2026-01-31T09:26:53.589Z", { action: false });
  outbox.take();
  outbox.interrupted();
  return outbox;
}

const sent = (outbox) => outbox.take().map(({ n, text }) => `${n} ${text}`);

test("what may be stored goes again under its own n, what cannot be goes after it", () => {
  const outbox = interrupted("one", "two", "three");
  outbox.repeat(2);
  assert.deepEqual(sent(outbox), ["1 one", "2 two", "3 three"]);
});

test("an accepted that was lost is made good by the repetition, and nothing is numbered twice", () => {
  const outbox = interrupted("one", "two");
  outbox.accepted(1);
  outbox.add("three", "");
  outbox.repeat(2);
  assert.deepEqual(sent(outbox), ["2 two", "3 three"]);
  outbox.accepted(2);
  outbox.add("four", "");
  assert.deepEqual(sent(outbox), ["4 four"]);
});

test("what the server never had can be taken back again", () => {
  const outbox = interrupted("one");
  assert.equal(outbox.takeBack("mine-1"), undefined);
  outbox.repeat(0);
  assert.equal(outbox.takeBack("mine-1").text, "one");
});

test("a count that went on in another life of the window is followed", () => {
  const outbox = new Outbox();
  outbox.add("one", "");
  outbox.repeat(7);
  assert.deepEqual(sent(outbox), ["8 one"]);
});

test("what else there is to say of a message stays with it", () => {
  const outbox = interrupted("waves");
  assert.equal(outbox.items[0].action, false);
});

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Storage } from "../../static/js/storage.js";
import { Talk } from "../../static/js/talk.js";
import { aPair, FakeArea, FakeClock } from "./fakes.js";

let clock, area, wire, drafts, changes;

function aTalk(user = "alice") {
  return new Talk({
    storage: new Storage(area),
    user,
    clock,
    send: (frame) => Boolean(wire.push(frame)),
    opened: (draft) => drafts.push(draft),
    changed: () => (changes += 1),
  });
}

beforeEach(() => {
  clock = new FakeClock();
  area = new FakeArea();
  [wire, drafts, changes] = [[], [], 0];
});

test("a refresh finds its pair and its draft again, and another user does not", () => {
  const talk = aTalk();
  talk.converse({ pair: aPair(), replay: false });
  talk.draft("half a sen");
  const after = aTalk();
  const kept = after.recover();
  assert.equal(kept.id, "p1");
  after.converse({ pair: kept });
  assert.deepEqual(drafts, ["", "half a sen"]);
  assert.equal(aTalk("mallory").recover(), null);
  assert.equal(area.size, 0);
});

test("another pair begins with nothing of the one before", () => {
  const talk = aTalk();
  talk.converse({ pair: aPair(), replay: false });
  talk.say("for Bob");
  talk.draft("more for Bob");
  talk.converse({ pair: aPair({ id: "p2" }), replay: false });
  assert.deepEqual([talk.conversation.pair, talk.conversation.entries(), drafts.at(-1)], ["p2", [], ""]);
  assert.doesNotMatch([...area.values()].join(), /Bob"?,? /u);
});

test("a pair that is over leaves a receipt on the page and nothing in the browser", () => {
  const talk = aTalk();
  talk.converse({ pair: aPair(), replay: false });
  talk.draft("never sent");
  talk.end(0);
  assert.deepEqual([talk.conversation.receipt.messages, area.size], [0, 0]);
  talk.wipe();
  assert.equal(talk.conversation, null);
});

test("a message that is tried again by itself is drawn again", () => {
  const talk = aTalk();
  talk.converse({ pair: aPair(), replay: false });
  talk.say("hi");
  talk.hear({ type: "error", for: "message", code: "rate_limited", message: "…", n: 1 });
  const before = changes;
  clock.pass(60_000);
  assert.deepEqual([wire.map(({ text }) => text), changes - before], [["hi", "hi"], 1]);
});

test("what was not sent can be taken back once, and is not told to a conversation that is gone", () => {
  const talk = aTalk();
  talk.hear({ type: "typing", active: true });
  talk.converse({ pair: aPair({ n: 0 }), replay: true });
  talk.say("hi");
  const { key } = talk.conversation.entries()[0];
  assert.deepEqual([talk.takeBack(key), talk.takeBack(key)], ["hi", undefined]);
});

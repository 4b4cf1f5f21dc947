import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Storage } from "../../static/js/storage.js";
import { aPair, BOB, FakeArea, TOKEN } from "./fakes.js";

let area, storage;
beforeEach(() => {
  area = new FakeArea();
  storage = new Storage(area);
});

test("a refresh finds the draft and the unsent messages of the pair", () => {
  storage.beginPair(aPair(), "alice", 1000);
  storage.keep("p1", { draft: "half a sen" });
  storage.keep("p1", { items: [{ n: 1, text: "hi" }] });
  storage = new Storage(area);
  storage.beginPair(aPair(), "alice", 2000);
  const items = [{ n: 1, text: "hi" }];
  assert.deepEqual(storage.pair(), { id: "p1", user: "alice", partner: BOB, since: 1000, draft: "half a sen", items });
});

test("nothing of one pair is found by another, nor by another user", () => {
  for (const [pair, user] of [[aPair({ id: "p2" }), "alice"], [aPair(), "mallory"]]) {
    storage.beginPair(aPair(), "alice");
    storage.keep("p1", { draft: "secret", items: [{ n: 1, text: "secret" }] });
    storage.beginPair(pair, user);
    assert.deepEqual([storage.pair().draft, storage.pair().items], ["", []]);
    assert.doesNotMatch([...area.values()].join(), /secret/);
  }
});

test("what belongs to a pair that is over is not kept", () => {
  storage.beginPair(aPair(), "alice");
  storage.forgetPair();
  storage.keep("p1", { draft: "late" });
  assert.equal(area.size, 0);
});

test("an invitation is used once", () => {
  storage.invite(TOKEN, true);
  assert.deepEqual(storage.invitation(), { token: TOKEN, accepted: true });
  assert.deepEqual(storage.takeInvitation(), { token: TOKEN, accepted: true });
  assert.equal(storage.takeInvitation(), null);
});

test("an invitation that was only opened is not accepted", () => {
  storage.invite(TOKEN);
  assert.equal(storage.invitation().accepted, false);
});

test("the end of a pair leaves an invitation alone", () => {
  storage.invite(TOKEN);
  storage.forgetPair();
  assert.equal(storage.invitation().token, TOKEN);
});

test("where storage is forbidden or broken, the page works without", () => {
  const forbidden = () => {
    throw new Error("SecurityError");
  };
  storage = new Storage({ getItem: forbidden, setItem: forbidden, removeItem: forbidden });
  storage.beginPair(aPair(), "alice");
  storage.keep("p1", { draft: "x" });
  storage.forgetPair();
  assert.deepEqual([storage.pair(), storage.takeInvitation()], [null, null]);
  area.setItem("tandem.pair", "{broken");
  assert.equal(new Storage(area).pair(), null);
});

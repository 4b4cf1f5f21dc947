import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Arranged, PATIENCE } from "../../static/js/arranged.js";
import { start } from "../../static/js/pair.js";
import { Storage } from "../../static/js/storage.js";
import { aPair, BOB, FakeArea, FakeClock, TOKEN } from "./fakes.js";

let clock, storage, sent, overs;
beforeEach(() => {
  clock = new FakeClock();
  storage = new Storage(new FakeArea());
  [sent, overs] = [[], 0];
});

const ABSENT = { type: "error", code: "partner_offline", message: "", for: "join" };
const waiting = { ...start(), at: "waiting", line: "open" };

function arrive(role, until = 60_000) {
  storage.arrange({ role, partner: BOB, token: role === "guest" ? TOKEN : null, until });
  return open();
}

function open() {
  const over = () => (overs += 1);
  return new Arranged({ storage, send: (frame) => sent.push(frame), later: clock.later, over, now: () => clock.now });
}

test("without anything arranged the page is as ever", () => {
  const arranged = open();
  assert.equal(arranged.begin(), null);
  assert.equal(arranged.pass(ABSENT), ABSENT);
  assert.equal(arranged.standing(waiting), null);
});

test("the guest's page joins by itself, again while the partner is on the way, and says so", () => {
  const arranged = arrive("guest");
  assert.equal(arranged.begin(), TOKEN);
  assert.equal(arranged.pass(ABSENT), null);
  assert.deepEqual(arranged.standing({ ...waiting, at: "joining" }).says, ["arranged", { name: "Bob" }]);
  clock.pass(1_000);
  assert.deepEqual(sent, [{ type: "join", token: TOKEN }]);
  arranged.pass({ type: "joined", pair: aPair() });
  assert.deepEqual([storage.arranged(), clock.pending], [null, 0]);
  assert.equal(arranged.pass(ABSENT), ABSENT);
});

test("it gives up in the end, in words, having tried no more than eight times", () => {
  const arranged = arrive("guest");
  arranged.begin();
  let last;
  for (let tries = 1; last?.code !== "arranged_gone"; tries += 1) {
    last = arranged.pass(ABSENT);
    if (last) break;
    clock.pass(4_000);
    assert.ok(tries < 9);
  }
  assert.equal(last.code, "arranged_gone");
  assert.ok(clock.now >= PATIENCE);
  assert.equal(arranged.standing(waiting), null);
  assert.equal(storage.arranged(), null);
});

test("any other refusal is told at once", () => {
  const arranged = arrive("guest");
  arranged.begin();
  const refused = { ...ABSENT, code: "already_paired" };
  assert.equal(arranged.pass(refused), refused);
  assert.equal(storage.arranged(), null);
});

test("of a partner who said yes and has not left somebody else yet, that is said", () => {
  const arranged = arrive("guest");
  arranged.begin();
  assert.equal(arranged.pass({ ...ABSENT, code: "room_full" }).code, "arranged_full");
  assert.equal(storage.arranged(), null);
});

test("the host's page waits a while, and then as for anybody", () => {
  const arranged = arrive("host");
  assert.equal(arranged.begin(), null);
  assert.deepEqual(arranged.standing(waiting).says, ["arranged_host", { name: "Bob" }]);
  assert.equal(arranged.standing({ ...waiting, asks: [{}] }), null, "somebody at the door goes first");
  clock.pass(PATIENCE);
  assert.deepEqual([arranged.standing(waiting), overs, storage.arranged()], [null, 1, null]);
});

test("a refresh in between takes it up again; what is too old is forgotten", () => {
  arrive("guest").begin();
  assert.equal(open().begin(), TOKEN);
  clock.now = 60_001;
  assert.equal(open().begin(), null);
  assert.equal(storage.arranged(), null);
});

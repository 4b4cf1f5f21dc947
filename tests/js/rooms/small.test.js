import assert from "node:assert/strict";
import { test } from "node:test";

import { came, isNothing, NONE, renamed, went } from "../../../static/js/rooms/comings.js";
import { RoomStorage } from "../../../static/js/rooms/storage.js";
import { Typists } from "../../../static/js/rooms/typists.js";
import { WindowName } from "../../../static/js/rooms/window-name.js";
import { ALICE, BOB, FakeArea, FakeClock } from "../fakes.js";
import { CAROL } from "./room_fakes.js";

test("of each person the last coming or going is told, and nothing of who took a name and gave it back", () => {
  assert.deepEqual(went(came(NONE, [BOB, CAROL]), [BOB]), { came: [CAROL], went: [BOB], renamed: [] });
  assert.deepEqual(came(went(NONE, [BOB]), [BOB]), { came: [BOB], went: [], renamed: [] });
  const changed = renamed(NONE, { username: "bob", name: "Robert", before: "Bob" });
  assert.deepEqual(renamed(changed, { username: "bob", name: "Rob", before: "Robert" }).renamed, [
    { username: "bob", name: "Rob", before: "Bob" },
  ]);
  assert.ok(isNothing(renamed(changed, { username: "bob", name: "Bob", before: "Robert" })));
});

test("several people type, each as long as they are believed", () => {
  const clock = new FakeClock();
  let shown = [];
  const typists = new Typists((people) => (shown = people.map(({ name }) => name)), clock);
  typists.heard(BOB, true);
  clock.pass(4_000);
  typists.heard(CAROL, true);
  assert.deepEqual(shown, ["Bob", "Carol"]);
  clock.pass(3_000);
  assert.deepEqual(shown, ["Carol"], "Bob was lost");
  typists.stopped(CAROL);
  assert.deepEqual(shown, []);
  typists.heard(ALICE, true);
  typists.forget();
  assert.deepEqual([shown, clock.pending], [[], 0]);
});

test("the draft and the unsent messages of a room are found again, by the same person only", () => {
  const area = new FakeArea();
  const storage = new RoomStorage(area, "tea", "alice");
  storage.keep({ draft: "half a sen" });
  storage.keep({ items: [{ text: "hi" }] });
  assert.deepEqual(new RoomStorage(area, "tea", "alice").recover(), { draft: "half a sen", items: [{ text: "hi" }] });
  assert.deepEqual(new RoomStorage(area, "coffee", "alice").recover(), { draft: "", items: [] });
  assert.deepEqual(new RoomStorage(area, "tea", "mallory").recover(), { draft: "", items: [] });
  assert.equal(area.size, 0);
});

/** Locks as a browser has them, for all its windows. */
class FakeLocks {
  #held = new Map(); // name → what resolves once it is free

  async request(name, { signal }, hold) {
    const tooLate = new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
    tooLate.catch(() => {});
    if (this.#held.has(name)) await Promise.race([this.#held.get(name), tooLate]);
    const held = hold().then(() => this.#held.delete(name));
    this.#held.set(name, held);
    return held;
  }
}

function aWindow(area, locks, names = ["w1"]) {
  return new WindowName({ area, locks, newName: () => names.shift(), patience: 5 });
}

test("a window keeps its name over a refresh", async () => {
  const [area, locks] = [new FakeArea(), new FakeLocks()];
  const before = aWindow(area, locks);
  assert.deepEqual(await before.claim(), { name: "w1", isNew: true });
  before.release();
  assert.deepEqual(await aWindow(area, locks).claim(), { name: "w1", isNew: false });
});

test("a duplicated tab gets a name of its own", async () => {
  const [area, locks] = [new FakeArea(), new FakeLocks()];
  await aWindow(area, locks).claim();
  const copy = new FakeArea(area);
  const awake = setTimeout(() => {}, 5_000); // the timer of the patience keeps nobody waiting
  assert.deepEqual(await aWindow(copy, locks, ["w2"]).claim(), { name: "w2", isNew: true });
  clearTimeout(awake);
});

test("where the browser has no locks, what was kept is believed", async () => {
  const area = new FakeArea();
  assert.deepEqual(await aWindow(area).claim(), { name: "w1", isNew: true });
  assert.deepEqual(await aWindow(area).claim(), { name: "w1", isNew: false });
});

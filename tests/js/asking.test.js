import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { start, step } from "../../static/js/pair.js";
import { standing } from "../../static/js/standing.js";
import { reason, t } from "../../static/js/strings.js";
import { ALICE, aPair, aWelcome, BOB, TOKEN } from "./fakes.js";

const NOW = 1_000_000;
const CAROL = { username: "carol", name: "carol" };

let state, effects;
beforeEach(() => {
  state = start();
  effects = [];
  happen(aWelcome());
});

function happen(...events) {
  for (const event of events) ({ state, effects } = step(state, event, NOW));
}

function words() {
  const { says, refusal } = standing(state);
  return refusal ? reason(refusal) : t(...says);
}

const asked = { type: "asked", ask: "a1", owner: ALICE, seconds: 60 };
const ask = (id, person) => ({ type: "ask", ask: id, person, seconds: 60 });
const lapsed = (id, why) => ({ type: "lapsed", ask: id, reason: why });
const refusal = (code) => ({ type: "error", code, message: "…", for: "join" });
const sent = () => effects.filter((effect) => effect.do === "send").map((effect) => effect.frame);
const waits = () => state.asks.map((each) => each.ask);

test("who asks is told whom they wait for, and how long", () => {
  happen({ type: "join", token: TOKEN }, asked);
  assert.deepEqual([state.at, words(), state.until], ["asking", "Alice (@alice) was asked to let you in", NOW + 60_000]);
});

test("a yes seats them", () => {
  happen({ type: "join", token: TOKEN }, asked, { type: "joined", pair: aPair({ role: "guest" }) });
  assert.deepEqual([state.at, state.wish, state.owner], ["paired", null, null]);
});

for (const [code, sentence] of [
  ["declined", "They do not want to talk right now"],
  ["not_answered", "They did not answer"],
  ["partner_offline", "The owner of this token is not here right now"],
  ["room_full", "Room is Full"],
]) {
  test(`${code} ends the waiting in words`, () => {
    happen({ type: "join", token: TOKEN }, asked, refusal(code));
    assert.deepEqual([state.at, state.wish, words()], ["waiting", null, sentence]);
  });
}

test("who asks no more waits again, and the answer to that is no complaint", () => {
  happen({ type: "join", token: TOKEN }, asked, { type: "withdraw" });
  assert.deepEqual([state.at, sent()], ["waiting", [{ type: "withdraw" }]]);
  happen(refusal("withdrawn"));
  assert.deepEqual([state.at, state.refusal], ["waiting", null]);
});

test("a yes that crosses it is still a yes", () => {
  happen({ type: "join", token: TOKEN }, asked, { type: "withdraw" }, { type: "joined", pair: aPair() });
  assert.equal(state.at, "paired");
});

test("after a lost line the question is asked again", () => {
  happen({ type: "join", token: TOKEN }, asked, { type: "offline", retry: 1, reason: null }, aWelcome());
  assert.deepEqual([state.at, sent()], ["joining", [{ type: "join", token: TOKEN }]]);
});

test("the owner sees who asks, the first one first, and each once", () => {
  happen(ask("a1", BOB), ask("a2", CAROL), ask("a2", CAROL));
  assert.deepEqual([waits(), words()], [["a1", "a2"], "Bob (@bob) asks for the seat beside you"]);
});

test("a name that is the user name is said once", () => {
  happen(ask("a2", CAROL));
  assert.equal(words(), "carol asks for the seat beside you");
});

test("admitting asks the server, which seats them", () => {
  happen(ask("a1", BOB), { type: "admit", ask: "a1" });
  assert.deepEqual(sent(), [{ type: "admit", ask: "a1" }]);
  happen({ type: "joined", pair: aPair() });
  assert.deepEqual([state.at, waits()], ["paired", []]);
});

test("whom the owner declines is gone at once, and nothing is said of it", () => {
  happen(ask("a1", BOB), { type: "decline", ask: "a1" });
  assert.deepEqual([sent(), waits()], [[{ type: "decline", ask: "a1" }], []]);
  happen(lapsed("a1", "declined"));
  assert.equal(state.lapsed, null);
});

test("who went away is named until that is heeded", () => {
  happen(ask("a1", BOB), lapsed("a1", "offline"));
  assert.deepEqual([waits(), state.lapsed], [[], { person: BOB, reason: "offline" }]);
  happen({ type: "heeded" });
  assert.equal(state.lapsed, null);
});

test("an ask that this page does not know cannot end on it", () => {
  happen(lapsed("a9", "expired"));
  assert.equal(state.lapsed, null);
});

test("after a conversation it is the same", () => {
  happen({ type: "joined", pair: aPair() }, { type: "left", pair: "p1", reason: "left", delivered: 0 }, ask("a1", CAROL));
  assert.deepEqual([state.at, words()], ["ended", "carol asks for the seat beside you"]);
  happen({ type: "join", token: TOKEN }, asked, { type: "withdraw" });
  assert.equal(state.at, "ended");
});

test("a new line knows of nobody until the server has said who still asks", () => {
  happen(ask("a1", BOB), { type: "offline", retry: 1, reason: null }, aWelcome());
  assert.deepEqual(waits(), []);
});

test("how the seat is taken is what the server says", () => {
  assert.deepEqual(state.door, { ask_first: false, do_not_disturb: false });
  const door = { ask_first: true, do_not_disturb: true };
  happen({ type: "door", door });
  assert.deepEqual(state.door, door);
  assert.equal(words(), "Do not disturb is on: nobody can join you");
});

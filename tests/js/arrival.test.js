import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Arrival } from "../../static/js/arrival.js";
import { start, step } from "../../static/js/pair.js";
import { Preferences } from "../../static/js/preferences.js";
import { aPair, aWelcome, FakeArea, TOKEN } from "./fakes.js";

const joined = { type: "joined", pair: aPair() };

let preferences, hidden, told;
beforeEach(() => {
  preferences = new Preferences(new FakeArea());
  preferences.set("notify", true);
  hidden = true;
  told = [];
});

function after(...events) {
  const arrival = new Arrival({
    preferences,
    isHidden: () => hidden,
    ring: () => told.push("ring"),
    notify: (what) => told.push(`notify ${what}`),
  });
  let state = start();
  for (const event of events) {
    const before = state;
    ({ state } = step(before, event, 0));
    arrival.happened(before, state);
  }
  return told;
}

test("who waits is rung for, and notified where nobody is looking", () => {
  assert.deepEqual(after(aWelcome(), joined), ["ring", "notify arrived"]);
});

test("nobody is notified of what they can see", () => {
  hidden = false;
  assert.deepEqual(after(aWelcome(), joined), ["ring"]);
});

test("each can be switched off", () => {
  preferences.set("sound", false);
  assert.deepEqual(after(aWelcome(), joined), ["notify arrived"]);
  preferences.set("notify", false);
  told = [];
  assert.deepEqual(after(aWelcome(), joined), []);
});

test("who asked for the seat, or comes back to it, needs no bell", () => {
  assert.deepEqual(after(aWelcome(), { type: "join", token: TOKEN }, joined), []);
  assert.deepEqual(after(aWelcome(aPair())), []);
  told = [];
  assert.deepEqual(after(aWelcome(), joined, joined), ["ring", "notify arrived"]);
});

test("somebody who came while the line was down is rung for when it is back", () => {
  assert.deepEqual(after(aWelcome(), { type: "offline", retry: 1, reason: null }, aWelcome(aPair())), ["ring", "notify arrived"]);
});

test("the next partner is rung for like the first", () => {
  const left = { type: "left", pair: "p1", reason: "left", delivered: 0 };
  after(aWelcome(), joined, left, { type: "joined", pair: aPair({ id: "p2" }) });
  assert.deepEqual(told, ["ring", "notify arrived", "ring", "notify arrived"]);
});

test("who asks for the seat rings, and letting them in does not ring again", () => {
  const ask = { type: "ask", ask: "a1", person: { username: "bob", name: "Bob" }, seconds: 60 };
  assert.deepEqual(after(aWelcome(), ask, joined), ["ring", "notify knocked"]);
});

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { canWrite, isForeign, start, step } from "../../static/js/pair.js";
import { aPair, aWelcome, TOKEN } from "./fakes.js";

const NOW = 1_000_000;
const OTHER = "ffeeddccbbaa99887766554433221100";

let state, effects;
beforeEach(() => {
  state = start();
  effects = [];
});

function happen(...events) {
  for (const event of events) ({ state, effects } = step(state, event, NOW));
}

const lost = { type: "offline", retry: 4, reason: null };
const paired = () => happen(aWelcome(), { type: "joined", pair: aPair() });
const left = (change = {}) => ({ type: "left", pair: "p1", reason: "left", delivered: 0, ...change });
const refusal = (code, change = {}) => ({ type: "error", code, message: "…", for: "join", ...change });
const sent = () => effects.filter((effect) => effect.do === "send").map((effect) => effect.frame);
const done = () => effects.map((effect) => effect.do);

// Every place and what moves from it: [from, event, to, effects]
const MOVES = [
  ["unknown", aWelcome(), "waiting", []],
  ["unknown", aWelcome(aPair()), "paired", ["converse"]],
  ["unknown", aWelcome(aPair({ present: false })), "away", ["converse"]],
  ["unknown", aWelcome(aPair({ ended: "left" })), "ended", ["converse", "end"]],
  ["waiting", { type: "join", token: TOKEN }, "joining", ["send"]],
  ["waiting", { type: "joined", pair: aPair() }, "paired", ["converse"]],
  ["waiting", { type: "leave" }, "waiting", []],
  ["waiting", left(), "waiting", []],
  ["joining", refusal("room_full"), "waiting", []],
  ["joining", { type: "joined", pair: aPair() }, "paired", ["converse"]],
  ["joining", { type: "join", token: OTHER }, "joining", []],
  ["paired", { type: "away", pair: "p1", seconds: 30 }, "away", []],
  ["paired", left(), "ended", ["end"]],
  ["paired", { type: "leave" }, "ended", ["send", "end"]],
  ["paired", { type: "back", pair: "p1" }, "paired", []],
  ["away", { type: "back", pair: "p1" }, "paired", []],
  ["away", left({ reason: "timeout" }), "ended", ["end"]],
  ["away", { type: "leave" }, "ended", ["send", "end"]],
  ["ended", { type: "join", token: TOKEN }, "joining", ["send"]],
  ["ended", { type: "joined", pair: aPair({ id: "p2" }) }, "paired", ["converse"]],
  ["ended", { type: "clear" }, "waiting", ["wipe"]],
  ["ended", { type: "leave" }, "ended", []],
  ["ended", { type: "away", pair: "p1", seconds: 30 }, "ended", []],
];

const WAY_TO = {
  unknown: () => {},
  waiting: () => happen(aWelcome()),
  joining: () => happen(aWelcome(), { type: "join", token: TOKEN }),
  paired,
  away: () => (paired(), happen({ type: "away", pair: "p1", seconds: 30 })),
  ended: () => (paired(), happen(left())),
};

for (const [from, event, to, expected] of MOVES) {
  test(`${from} → ${event.code ?? event.type} → ${to}, ${expected.join(" and ") || "nothing"} to do`, () => {
    WAY_TO[from]();
    assert.equal(state.at, from);
    happen(event);
    assert.deepEqual([state.at, done()], [to, expected]);
  });
}

for (const from of ["waiting", "joining", "paired", "away", "ended"]) {
  test(`a line lost while ${from} changes the line only`, () => {
    WAY_TO[from]();
    const before = state;
    happen(lost);
    assert.deepEqual([state.at, state.pair], [before.at, before.pair]);
    assert.deepEqual([state.line, state.retryAt], ["offline", NOW + 4000]);
    happen({ type: "connecting" });
    assert.deepEqual([state.line, state.retryAt], ["offline", null], "the words do not change with every attempt");
  });
}

test("back on the line, the same pair goes on", () => {
  paired();
  happen(lost, { type: "connecting" }, aWelcome(aPair({ seq: 7, n: 3 })));
  assert.deepEqual([state.at, state.line], ["paired", "open"]);
  assert.deepEqual(effects, [{ do: "converse", pair: aPair({ seq: 7, n: 3 }), replay: true }]);
});

test("back on the line, the pair is gone and nobody knows what was delivered", () => {
  paired();
  happen(lost, aWelcome());
  assert.deepEqual([state.at, state.reason, effects], ["ended", "gone", [{ do: "end", delivered: null }]]);
});

test("a pair that ended meanwhile is read to its end, then its last word comes", () => {
  paired();
  happen(lost, aWelcome(aPair({ ended: "left" })));
  assert.deepEqual([state.at, state.reason, done()], ["ended", "left", ["converse", "end"]]);
  happen(left({ delivered: 5 }));
  assert.deepEqual([state.at, effects], ["ended", [{ do: "end", delivered: 5 }]]);
});

test("after a refresh the page believes to be in its pair until the server says so, or not", () => {
  state = start(aPair());
  assert.equal(state.at, "paired");
  happen(aWelcome(aPair()));
  assert.deepEqual([state.at, done()], ["paired", ["converse"]]);
  state = start(aPair());
  happen(aWelcome());
  assert.deepEqual([state.at, state.reason, done()], ["ended", "gone", ["end"]]);
});

test("another pair after a lost line begins with nothing of the first", () => {
  paired();
  happen({ type: "turned_away", pair: "p1", count: 2 }, lost, aWelcome(aPair({ id: "p2" })));
  assert.deepEqual([state.pair.id, state.turnedAway, state.at], ["p2", 0, "paired"]);
});

test("the seat is kept until a moment, not for a while", () => {
  WAY_TO.away();
  assert.deepEqual([state.seconds, state.until], [30, NOW + 30_000]);
});

test("P8: a frame of another pair changes nothing", () => {
  paired();
  for (const frame of [left(), { type: "away", seconds: 3 }, { type: "turned_away", count: 1 }]) {
    const before = state;
    happen({ ...frame, pair: "p0" });
    assert.deepEqual([state, effects], [before, []]);
  }
});

test("P8: before any pair every frame of a pair is foreign", () => {
  happen(aWelcome());
  assert.equal(isForeign(state, left()), true);
  assert.equal(isForeign(state, aWelcome()), false);
  assert.equal(isForeign(state, { type: "joined", pair: aPair() }), false);
});

test("P8: after the end, late frames of that pair still are of it; with a new one they are foreign", () => {
  WAY_TO.ended();
  assert.equal(isForeign(state, left()), false);
  happen({ type: "joined", pair: aPair({ id: "p2" }) });
  assert.equal(isForeign(state, left()), true);
});

test("a wish to join that is made before the line stands is sent with the welcome", () => {
  happen({ type: "join", token: TOKEN });
  assert.deepEqual(done(), ["send"]); // into the void: the socket is not open
  happen(aWelcome());
  assert.deepEqual([state.at, sent()], ["joining", [{ type: "join", token: TOKEN }]]);
});

test("a wish to join is repeated after a lost line, and not once it is answered", () => {
  WAY_TO.joining();
  happen(lost, aWelcome());
  assert.deepEqual(sent(), [{ type: "join", token: TOKEN }]);
  happen(refusal("partner_offline"), lost, aWelcome());
  assert.deepEqual([state.at, sent()], ["waiting", []]);
});

test("a refusal is remembered until the person changes the token or tries again", () => {
  WAY_TO.joining();
  happen(refusal("room_full", { message: "Room is Full" }));
  assert.deepEqual(state.refusal, { code: "room_full", message: "Room is Full" });
  happen({ type: "edited" });
  assert.equal(state.refusal, null);
  happen({ type: "join", token: TOKEN }, refusal("room_full"), { type: "join", token: TOKEN });
  assert.equal(state.refusal, null);
});

test("a refused join from a frozen conversation leaves it where it was", () => {
  WAY_TO.ended();
  happen({ type: "join", token: TOKEN }, refusal("room_full"));
  assert.deepEqual([state.at, state.pair.id], ["ended", "p1"]);
});

test("an invitation taken up while in a pair: the server decides, and the pair is not disturbed", () => {
  paired();
  happen({ type: "join", token: TOKEN });
  assert.deepEqual([state.at, sent()], ["paired", [{ type: "join", token: TOKEN }]]);
  happen(refusal("already_paired"));
  assert.deepEqual([state.at, state.refusal.code], ["paired", "already_paired"]);
  happen({ type: "heeded" });
  assert.equal(state.refusal, null);
});

test("the same pair joined again is no new conversation", () => {
  paired();
  happen({ type: "join", token: TOKEN }, { type: "joined", pair: aPair() });
  assert.deepEqual([state.at, state.wish, done()], ["paired", null, []]);
});

test("whoever leaves stays the one who left, whether the server's word comes or not", () => {
  paired();
  happen({ type: "leave" });
  assert.equal(state.reason, "you_left");
  happen(left({ delivered: 3 }));
  assert.deepEqual([state.reason, effects], ["you_left", [{ do: "end", delivered: 3 }]]);
});

test("leaving without a line is done as soon as there is one", () => {
  paired();
  happen(lost, { type: "leave" }, aWelcome(aPair()));
  assert.deepEqual([state.at, sent()], ["ended", [{ type: "leave", pair: "p1" }]]);
  happen(left(), lost, aWelcome());
  assert.deepEqual([state.at, state.reason, sent()], ["ended", "you_left", []]);
});

test("somebody who was turned away is told, counted, and can be dismissed", () => {
  paired();
  happen({ type: "turned_away", pair: "p1", count: 3 });
  assert.equal(state.turnedAway, 3);
  happen({ type: "heeded" });
  assert.equal(state.turnedAway, 0);
});

test("a new token is taken over and answers the notice", () => {
  paired();
  happen({ type: "turned_away", pair: "p1", count: 3 }, { type: "token", token: OTHER });
  assert.deepEqual([state.token, state.turnedAway, state.at], [OTHER, 0, "paired"]);
});

test("if the server does not see us in our pair, a fresh welcome is asked for", () => {
  for (const [type, code] of [["message", "not_paired"], ["resume", "not_paired"], ["message", "wrong_pair"]]) {
    state = start();
    paired();
    happen({ type: "error", code, message: "…", for: type });
    assert.deepEqual(done(), ["reconnect"]);
  }
});

test("a late hint for a pair that is over is nobody's trouble", () => {
  paired();
  happen({ type: "error", code: "wrong_pair", message: "…", for: "typing" });
  assert.deepEqual(done(), []);
  happen(left(), { type: "error", code: "not_paired", message: "…", for: "received" });
  assert.deepEqual(done(), []);
});

test("a second window takes over: nothing can be written here, and everything is kept", () => {
  paired();
  happen({ type: "closed", reason: "replaced" });
  assert.deepEqual([state.line, state.at, canWrite(state)], ["replaced", "paired", false]);
  happen({ type: "connecting" }, aWelcome(aPair()));
  assert.deepEqual([state.line, state.at, canWrite(state)], ["open", "paired", true]);
});

test("a second window takes over: nothing is to be seen here until the server has let this one in again", () => {
  paired();
  assert.equal(state.hidden, false);
  happen({ type: "closed", reason: "replaced" });
  assert.equal(state.hidden, true);
  happen({ type: "connecting" }, lost, { type: "connecting" });
  assert.deepEqual([state.hidden, canWrite(state)], [true, false]);
  happen(aWelcome(aPair()));
  assert.equal(state.hidden, false);
});

test("trouble behind the server is a state of the line: what is written waits, and the place stays", () => {
  paired();
  happen({ type: "trouble", active: true });
  assert.deepEqual([state.line, state.at, canWrite(state)], ["troubled", "paired", true]);
  happen({ type: "trouble", active: false });
  assert.equal(state.line, "open");
});

test("a stop that is announced stays announced until the server is back or the person has read it", () => {
  paired();
  happen({ type: "notice", text: "Back soon.", seconds: 60 });
  assert.deepEqual(state.notice, { text: "Back soon.", at: NOW + 60_000 });
  happen(lost);
  assert.ok(state.notice);
  happen(aWelcome(aPair()));
  assert.equal(state.notice, null);
});

test("leaving that could not be done is done with the next welcome", () => {
  paired();
  happen({ type: "leave" }, { type: "error", code: "unavailable", message: "…", for: "leave" });
  assert.deepEqual([state.at, done()], ["ended", ["reconnect"]]);
  happen(lost, aWelcome(aPair()));
  assert.deepEqual(sent(), [{ type: "leave", pair: "p1" }]);
});

test("logged out: nothing of the conversation stays on the screen", () => {
  paired();
  happen({ type: "closed", reason: "logged_out" });
  assert.deepEqual([state.line, state.pair, state.user, done()], ["logged_out", null, null, ["wipe"]]);
});

test("one can write in a pair, also while a line is missing, and nowhere else", () => {
  const places = Object.keys(WAY_TO).map((place) => {
    state = start();
    WAY_TO[place]();
    return [place, canWrite(state)];
  });
  assert.deepEqual(places.filter(([, can]) => can).map(([place]) => place), ["paired", "away"]);
  state = start();
  paired();
  happen(lost);
  assert.equal(canWrite(state), true);
});

test("the machine changes no state that it was given", () => {
  paired();
  const before = Object.freeze(state);
  step(before, { type: "leave" }, NOW);
  step(before, aWelcome(), NOW);
  assert.equal(before.at, "paired");
});

test("it is remembered whom we block, until the next pair", () => {
  paired();
  happen({ type: "blocking", username: "bob" }, left());
  assert.deepEqual([state.blocking, state.reason], ["bob", "left"]);
  happen(aWelcome(aPair({ ended: "left" })));
  assert.equal(state.blocking, "bob", "through a lost line too");
  happen({ type: "blocking", username: null });
  assert.equal(state.blocking, null, "it did not work");
  happen({ type: "blocking", username: "bob" }, { type: "joined", pair: aPair({ id: "p2" }) });
  assert.equal(state.blocking, null);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { standing } from "../../../static/js/rooms/standing.js";
import { keepsOrder, start, step } from "../../../static/js/rooms/state.js";
import { t } from "../../../static/js/strings.js";
import { ALICE, BOB, TOKEN } from "../fakes.js";
import { aRoom, aRoomWelcome, CAROL } from "./room_fakes.js";

function play(...events) {
  return events.reduce(({ state }, event) => step(state, event, 1_000), { state: start(), effects: [] });
}

const WELCOME = aRoomWelcome();
const ASKED = { type: "asked", ask: "a1", person: BOB, seconds: 60 };
const ASK = { type: "ask", ask: "a2", person: BOB, seconds: 60 };
const admitted = (ask, role) => ({ type: "admitted", ask, role, partner: BOB, token: role === "guest" ? TOKEN : null });
const says = (state, online) => t(...standing(state, online).says);
const sends = ({ effects }) => effects.map(({ frame }) => frame);

test("who is here follows what the server tells", () => {
  const people = ({ state }) => [state.roster.people.map(({ name }) => name), state.roster.online];
  const entered = { type: "entered", people: [CAROL], online: 3 };
  assert.deepEqual(people(play(WELCOME)), [["Alice", "Bob"], 2]);
  assert.deepEqual(people(play(WELCOME, entered, entered)), [["Alice", "Bob", "Carol"], 3]);
  assert.deepEqual(people(play(WELCOME, { type: "exited", people: [BOB], online: 1 })), [["Alice"], 1]);
  const renamed = { type: "renamed", username: "alice", name: "Al", before: "Alice" };
  assert.deepEqual(people(play(WELCOME, renamed)), [["Al", "Bob"], 2]);
  assert.equal(play(WELCOME, renamed).state.user.name, "Al");
  assert.deepEqual(people(play(WELCOME, { type: "members", members: [CAROL], online: 1 })), [["Carol"], 1]);
});

test("the line comes and goes, and each is said", () => {
  assert.equal(says(start()), "Connecting…");
  assert.equal(says(play(WELCOME).state), "Connected");
  const offline = { type: "offline", retry: 2, reason: null };
  assert.equal(says(play(WELCOME, offline).state), "Tandem cannot be reached. You are offline, or it is.");
  assert.equal(says(play(WELCOME, offline).state, false), "You are offline.");
  assert.equal(says(play(WELCOME, offline, { type: "connecting" }, WELCOME).state), "Connected");
  assert.match(says(play(WELCOME, { type: "trouble", active: true }).state), /may be out of date/);
  assert.equal(says(play(WELCOME, { type: "trouble", active: true }, { type: "trouble", active: false }).state), "Connected");
});

for (const [reason, sentence] of [
  ["removed", "You were removed from this room"],
  ["no_room", "There is no such room for you"],
  ["closed", "This room was closed"],
  ["logged_out", "Your login on this page has ended."],
]) {
  test(`${reason}: it is said, and nothing of the room stays here`, () => {
    const { state, effects } = play(WELCOME, { type: "closed", reason });
    assert.equal(says(state), sentence);
    assert.deepEqual([state.at, state.room, state.roster.people], ["out", null, []]);
    assert.deepEqual(effects, [{ do: "wipe" }]);
  });
}

test("leaving tells the room and goes back to the list; offline it just goes", () => {
  const leaving = play(WELCOME, { type: "leave" });
  assert.deepEqual(sends(leaving), [{ type: "leave" }]);
  assert.deepEqual(step(leaving.state, { type: "closed", reason: "left" }).effects, [{ do: "home" }]);
  const offline = play(WELCOME, { type: "offline", retry: 1, reason: null }, { type: "leave" });
  assert.deepEqual(offline.effects, [{ do: "home" }]);
});

test("the asker waits, may withdraw, and hears how it ended", () => {
  const asking = play(WELCOME, { type: "ask_for", to: "bob" }, ASKED);
  assert.equal(says(asking.state), "Bob (@bob) was asked for a private chat");
  assert.equal(standing(asking.state).until, 61_000);
  const withdrawn = step(asking.state, { type: "withdraw" });
  assert.deepEqual(sends(withdrawn), [{ type: "withdraw", ask: "a1" }]);
  assert.equal(says(withdrawn.state), "Connected");
  const declined = step(asking.state, { type: "lapsed", ask: "a1", reason: "declined" }).state;
  assert.deepEqual(declined.fate, { person: BOB, reason: "declined" });
  assert.equal(step(declined, { type: "heeded" }).state.fate, null);
});

test("one question at a time: a second waits until the first is answered or taken back", () => {
  const other = { type: "ask_for", to: "carol" };
  for (const before of [[], [ASKED]]) {
    const asking = play(WELCOME, { type: "ask_for", to: "bob" }, ...before);
    const { state, effects } = step(asking.state, other);
    assert.deepEqual([state.refusal, state.asking, state.wish, effects], [
      { code: "asking_already" },
      asking.state.asking,
      { ask: "bob" },
      [],
    ]);
  }
  const free = play(WELCOME, { type: "ask_for", to: "bob" }, ASKED, { type: "withdraw" }, other);
  assert.deepEqual(sends(free), [{ type: "ask", to: "carol" }]);
  const again = play(WELCOME, { type: "ask_for", to: "bob" }, ASKED, { type: "ask_for", to: "bob" });
  assert.deepEqual(sends(again), [{ type: "ask", to: "bob" }], "the server answers with the question that is open");
});

test("a question that cannot be asked now, or whose answer is lost with the line, is not waited for", () => {
  const offline = { type: "offline", retry: 1, reason: null };
  const silent = play(WELCOME, offline, { type: "ask_for", to: "bob" });
  assert.deepEqual([silent.state.refusal, silent.state.wish, silent.effects], [{ code: "unavailable" }, null, []]);
  const { state } = play(WELCOME, { type: "ask_for", to: "bob" }, offline, WELCOME);
  assert.deepEqual([state.refusal, state.wish], [{ code: "unavailable" }, null]);
});

test("an ask that is refused says why", () => {
  const { state } = play(WELCOME, { type: "ask_for", to: "bob" }, { type: "error", code: "not_here", message: "", for: "ask" });
  assert.equal(state.refusal.code, "not_here");
  assert.equal(state.wish, null);
});

test("on yes both go to the private chat, the guest with the token", () => {
  const asker = play(WELCOME, { type: "ask_for", to: "bob" }, ASKED, admitted("a1", "guest"));
  assert.deepEqual(asker.effects, [{ do: "go", role: "guest", partner: BOB, token: TOKEN }]);
  assert.equal(says(asker.state), "On to your private chat…");
  const said = play(WELCOME, ASK, { type: "admit", ask: "a2" });
  assert.deepEqual(sends(said), [{ type: "admit", ask: "a2" }]);
  const host = step(said.state, admitted("a2", "host"));
  assert.deepEqual(host.effects, [{ do: "go", role: "host", partner: BOB, token: null }]);
});

test("another window of the same person stays where it is", () => {
  for (const [before, ask] of [[ASKED, "a1"], [ASK, "a2"]]) {
    const { state, effects } = play(WELCOME, before, admitted(ask, "host"));
    assert.deepEqual(effects, []);
    assert.deepEqual([state.at, state.asks, state.asking], ["here", [], null]);
  }
});

test("a page that was opened anew in between goes all the same", () => {
  assert.equal(play(WELCOME, admitted("a9", "guest")).effects[0].do, "go");
});

test("who asked and went away is told to the one who was asked", () => {
  const { state } = play(WELCOME, ASK, { type: "lapsed", ask: "a2", reason: "withdrawn" });
  assert.deepEqual([state.asks, state.lapsed], [[], { person: BOB, reason: "withdrawn" }]);
});

test("over a lost line who asked me waits on, as long as their time; what I asked is lost, and said to be", () => {
  const lost = play(WELCOME, ASK, ASKED, { type: "offline", retry: 1, reason: null }).state;
  const soon = step(lost, WELCOME, 2_000).state;
  assert.deepEqual([soon.asks.length, soon.asking, soon.fate], [1, null, { person: BOB, reason: "lost" }]);
  assert.deepEqual(step(lost, WELCOME, 62_000).state.asks, []);
});

test("an ask that nobody waits for any more goes when it is answered", () => {
  const yes = play(WELCOME, ASK, { type: "admit", ask: "a2" }).state;
  const { state } = step(yes, { type: "error", code: "no_ask", message: "", for: "admit" });
  assert.deepEqual([state.asks, state.refusal.code, state.wish], [[], "no_ask", null]);
});

test("the room may be called otherwise, and what I may do there may change", () => {
  const { state } = play(WELCOME, { type: "room", room: aRoom({ name: "Coffee", role: "moderator" }), commands: [] });
  assert.equal(state.room.name, "Coffee");
  assert.equal(keepsOrder(state, false), true);
  assert.equal(keepsOrder(play(WELCOME).state, false), false);
  assert.equal(keepsOrder(play(WELCOME).state, true), true);
});

test("what comes before the welcome, or after the end, changes nothing", () => {
  assert.deepEqual(play(ASK).state, start());
  const out = play(WELCOME, { type: "closed", reason: "removed" }).state;
  assert.deepEqual(step(out, ASK).state, out);
});

test("the person themselves is the same before and after", () => assert.deepEqual(play(WELCOME).state.user, ALICE));

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { start, step } from "../../static/js/pair.js";
import { standing } from "../../static/js/standing.js";
import { advice, parts, reason, t } from "../../static/js/strings.js";
import { aPair, aWelcome, TOKEN } from "./fakes.js";

const after = (...events) => seen(true, ...events);

function seen(online, ...events) {
  const state = events.reduce((before, event) => step(before, event, 0).state, start());
  const { says, refusal, clock, until, spoken, action } = standing(state, online);
  const seconds = until === undefined || until === null ? undefined : until / 1000;
  return {
    words: refusal ? reason(refusal) : t(...says),
    clock: clock && t(clock, { seconds }),
    spoken: spoken && t(...spoken),
    action,
  };
}

const joined = { type: "joined", pair: aPair() };
const left = (why) => ({ type: "left", pair: "p1", reason: why, delivered: 0 });
const offline = (why = null) => ({ type: "offline", retry: 4, reason: why });

const WORDS = [
  ["Connecting…", []],
  ["Waiting for someone to use your token", [aWelcome()]],
  ["Asking for the seat…", [aWelcome(), { type: "join", token: TOKEN }]],
  ["Connected with Bob (@bob)", [aWelcome(), joined]],
  ["Connected with bob", [aWelcome(), { type: "joined", pair: aPair({ partner: { username: "bob", name: "bob" } }) }]],
  ["Bob's connection dropped.", [aWelcome(), joined, { type: "away", pair: "p1", seconds: 22 }]],
  ["Bob's connection dropped. The seat is kept for a short while.", [aWelcome(aPair({ present: false }))]],
  ["Bob left. You can be joined again, or join someone.", [aWelcome(), joined, left("left")]],
  [
    "You blocked Bob. You can be joined again, or join someone.",
    [aWelcome(), joined, left("left"), { type: "blocking", username: "bob" }],
  ],
  [
    "Bob left. You can be joined again, or join someone.",
    [aWelcome(), joined, { type: "blocking", username: "mallory" }, left("left")],
  ],
  ["Bob did not come back. You can be joined again, or join someone.", [aWelcome(), joined, left("timeout")]],
  ["Bob logged out. You can be joined again, or join someone.", [aWelcome(), joined, left("logged_out")]],
  [
    "You left the conversation with Bob. You can be joined again, or join someone.",
    [aWelcome(), joined, { type: "leave" }],
  ],
  [
    "The conversation with Bob is over. You can be joined again, or join someone.",
    [aWelcome(), joined, offline(), aWelcome()],
  ],
  ["Tandem's memory does not answer. What you write waits here.", [aWelcome(), { type: "trouble", active: true }]],
  ["Tandem cannot be reached. You are offline, or it is.", [aWelcome(), joined, offline()]],
  ["Tandem is restarting.", [aWelcome(), offline("restarting")]],
  ["Too much was sent at once.", [aWelcome(), offline("flooding")]],
  ["Tandem is open in another window", [aWelcome(), { type: "closed", reason: "replaced" }]],
  ["Your login on this page has ended.", [aWelcome(), { type: "closed", reason: "logged_out" }]],
  ["The server closed the connection", [aWelcome(), { type: "closed", reason: "something new" }]],
];

for (const [words, events] of WORDS) {
  test(`it says: ${words}`, () => assert.equal(after(...events).words, words));
}

test("the time that a seat is kept counts down for the eye and is said once for the ear", () => {
  const { clock, spoken } = after(aWelcome(), joined, { type: "away", pair: "p1", seconds: 22 });
  assert.deepEqual([clock, spoken], ["Seat kept 22 s", "The seat is kept for 22 seconds."]);
});

test("offline, it says when it tries again, then that it does, and offers to do it now", () => {
  const { words, clock, spoken, action } = seen(false, offline());
  assert.deepEqual([words, clock, spoken, action], ["You are offline.", "Trying again in 4 s", undefined, "try_now"]);
  assert.equal(after(offline(), { type: "connecting" }).clock, "Trying again…");
});

test("a restart is called that until the first try after it fails", () => {
  const restart = [aWelcome(), joined, offline("restarting")];
  assert.equal(after(...restart, { type: "connecting" }).words, "Tandem is restarting.");
  assert.match(after(...restart, { type: "connecting" }, offline()).words, /cannot be reached/);
});

test("each dead end has its way out", () => {
  assert.equal(after({ type: "closed", reason: "replaced" }).action, "use_here");
  assert.equal(after({ type: "closed", reason: "something new" }).action, "try_now");
});

const CODES = [
  ...["bad_frame", "unknown_type", "too_long", "rate_limited", "unknown_token", "own_token", "partner_offline"],
  ...["room_full", "already_paired", "not_paired", "wrong_pair", "out_of_order", "unavailable"],
];

for (const code of CODES) {
  test(`the refusal ${code} has its own words, and says what to do next`, () => {
    assert.notEqual(reason({ code, message: "as the server has it" }), "as the server has it");
    assert.notEqual(advice({ code }), "");
    const refused = { type: "error", code, message: "…", for: "join" };
    assert.equal(after(aWelcome(), { type: "join", token: TOKEN }, refused).words, reason({ code }));
  });
}

test("a full room is called exactly that", () => {
  assert.equal(reason({ code: "room_full" }), "Room is Full");
});

test("a code of a later version is said in the server's own words", () => {
  assert.equal(reason({ code: "asked_to_wait", message: "Please wait." }), "Please wait.");
  assert.equal(advice({ code: "asked_to_wait" }), "");
});

test("plurals are chosen by count", () => {
  assert.equal(t("new_messages", { count: 1 }), "1 new message");
  assert.equal(t("new_messages", { count: 2 }), "2 new messages");
});

test("large numbers are written as people write them", () => {
  const sentence = t("characters_over", { count: 4000, limit: 8000 });
  assert.equal(sentence, "4,000 characters too many: a message has at most 8,000.");
});

test("attempts to join are counted from the second one on", () => {
  assert.equal(t("someone_tried", { count: 1 }), "Somebody tried to join and was told “Room is Full”.");
  assert.match(t("someone_tried", { count: 2 }), /^There were 2 attempts .* all were told “Room is Full”\.$/);
});

test("what is filled in stays apart from the sentence, even if it looks like one", () => {
  const name = "{name} $& is typing…";
  assert.deepEqual(parts("typing", { name }), [{ text: name, param: "name" }, { text: " is typing…" }]);
});

test("every sentence that the code asks for by name exists", () => {
  const root = new URL("../../static/js/", import.meta.url);
  const code = readdirSync(root, { recursive: true })
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(new URL(name, root), "utf8"))
    .join("\n");
  const ids = [...code.matchAll(/(?:\bt\(|\btell\(|says: \[|clock: )"(\w+)"/g)].map(([, id]) => id);
  assert.ok(ids.length > 25);
  for (const id of ids) assert.doesNotThrow(() => t(id, { count: 1 }), `no sentence ${id}`);
});

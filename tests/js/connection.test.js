import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { MOST } from "../../static/js/backoff.js";
import {
  Connection,
  DEAD_AFTER,
  FIRST_FRAME_WITHIN,
  PING_AFTER,
  PROBE_WITHIN,
  STEADY_AFTER,
} from "../../static/js/connection.js";
import { aWelcome, FakeClock, fakeSockets } from "./fakes.js";

let clock, sockets, events, connection, luck;

beforeEach(() => {
  clock = new FakeClock();
  sockets = fakeSockets();
  events = [];
  luck = 1; // the longest wait of each attempt
  connection = new Connection({
    url: "ws://here/ws/pair/",
    onEvent: (event) => events.push(event),
    WebSocket: sockets,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    random: () => luck,
  });
});

function connected() {
  connection.open();
  sockets.last.accept();
  sockets.last.say(aWelcome());
  events.length = 0;
}

const types = () => events.map((event) => event.type);
const opened = () => sockets.all.length;

test("it opens one socket at its address and says so", () => {
  connection.open();
  assert.equal(opened(), 1);
  assert.equal(sockets.last.url, "ws://here/ws/pair/");
  assert.deepEqual(events, [{ type: "connecting" }]);
});

test("frames pass, what is none does not", () => {
  connected();
  sockets.last.say({ type: "back", pair: "p1" });
  sockets.last.say({ type: "news of a later version" });
  sockets.last.say({ type: "pong" });
  sockets.last.onmessage({ data: "{" });
  assert.deepEqual(events, [{ type: "back", pair: "p1" }]);
});

test("it sends only while the socket is open, and says whether it did", () => {
  assert.equal(connection.send({ type: "ping" }), false);
  connection.open();
  assert.equal(connection.send({ type: "ping" }), false);
  sockets.last.accept();
  assert.equal(connection.send({ type: "ping" }), true);
  assert.deepEqual(sockets.last.sent, [{ type: "ping" }]);
});

test("a lost line is tried again after a growing wait", () => {
  connection.open();
  for (const wait of [1, 2, 4, 8, 16, 20, 20]) {
    const before = opened();
    sockets.last.end();
    assert.deepEqual(events.at(-1), { type: "offline", retry: wait, reason: null });
    clock.pass(wait * 1000 - 1);
    assert.equal(opened(), before);
    clock.pass(1);
    assert.equal(opened(), before + 1);
  }
});

test("the wait has jitter", () => {
  connection.open();
  luck = 0.25;
  sockets.last.end();
  assert.equal(events.at(-1).retry, 0.625);
});

test("a line that stood for a while makes the next loss the first one again", () => {
  connected();
  sockets.last.end();
  clock.pass(1000);
  sockets.last.accept();
  clock.pass(STEADY_AFTER);
  sockets.last.end();
  assert.equal(events.at(-1).retry, 1);
});

test("a line that falls at once does not: a server that fails at every welcome is left in peace", () => {
  connected();
  for (let i = 0; i < 8; i += 1) {
    sockets.last.end();
    clock.pass(MOST);
    sockets.last.accept();
    sockets.last.say(aWelcome());
  }
  sockets.last.end();
  assert.equal(events.at(-1).retry, 20);
});

test("after silence it asks, and an answer is enough", () => {
  connected();
  clock.pass(PING_AFTER - 1);
  assert.deepEqual(sockets.last.sent, []);
  clock.pass(1);
  assert.deepEqual(sockets.last.sent, [{ type: "ping" }]);
  clock.pass(DEAD_AFTER - 1);
  sockets.last.say({ type: "pong" });
  clock.pass(PING_AFTER - 1);
  assert.deepEqual(types(), []);
});

test("traffic is as good as an answer", () => {
  connected();
  for (let i = 0; i < 10; i += 1) {
    clock.pass(PING_AFTER - 1);
    sockets.last.say({ type: "back", pair: "p1" });
  }
  assert.deepEqual(sockets.last.sent, []);
});

test("a half-open line is found within 25 s and another one is tried", () => {
  connected();
  clock.pass(25_000);
  assert.deepEqual(types(), ["offline"]);
  assert.equal(sockets.all[0].readyState, sockets.CLOSED);
  clock.pass(1000);
  assert.equal(opened(), 2);
});

test("what a given-up socket still says is not heard", () => {
  connected();
  const old = sockets.last;
  clock.pass(25_000);
  events.length = 0;
  old.say({ type: "back", pair: "p1" });
  old.end();
  assert.deepEqual(types(), []);
});

test("a handshake that takes too long is given up", () => {
  connection.open();
  clock.pass(FIRST_FRAME_WITHIN);
  assert.deepEqual(types(), ["connecting", "offline"]);
});

test("a socket that opens and says nothing is given up", () => {
  connection.open();
  sockets.last.accept();
  clock.pass(FIRST_FRAME_WITHIN);
  assert.deepEqual(types(), ["connecting", "offline"]);
});

test("when the network returns it connects at once", () => {
  connected();
  sockets.last.end();
  connection.wake();
  assert.equal(opened(), 2);
  clock.pass(MOST);
  assert.equal(opened(), 3, "one attempt at a time: the wait that was cut short does not open another");
});

test("an open line is probed when the tab wakes, and dropped if nobody answers", () => {
  connected();
  connection.wake();
  assert.deepEqual(sockets.last.sent, [{ type: "ping" }]);
  clock.pass(PROBE_WITHIN);
  assert.deepEqual(types(), ["offline"]);
});

test("waking leaves a line alone that is just being opened", () => {
  connection.open();
  connection.wake();
  assert.equal(opened(), 1);
});

for (const [code, reason] of [[4401, "logged_out"], [4409, "replaced"]]) {
  test(`closed for good: ${reason}, by the frame`, () => {
    connected();
    sockets.last.say({ type: "closing", reason, retry: null });
    assert.deepEqual(events, [{ type: "closed", reason }]);
    connection.wake();
    clock.pass(10 * MOST);
    assert.equal(opened(), 1);
    assert.equal(clock.pending, 0);
  });

  test(`closed for good: ${reason}, by the code alone`, () => {
    connected();
    sockets.last.end(code);
    assert.deepEqual(events, [{ type: "closed", reason }]);
    clock.pass(10 * MOST);
    assert.equal(opened(), 1);
  });
}

test("after a takeover it can be opened again by hand", () => {
  connected();
  sockets.last.say({ type: "closing", reason: "replaced", retry: null });
  connection.open();
  assert.equal(opened(), 2);
});

for (const reason of ["restarting", "flooding"]) {
  test(`${reason}: the server names the wait, and nothing shortens it`, () => {
    connected();
    sockets.last.say({ type: "closing", reason, retry: 3.5 });
    assert.deepEqual(events, [{ type: "offline", retry: 3.5, reason }]);
    connection.wake();
    clock.pass(3499);
    assert.equal(opened(), 1);
    clock.pass(1);
    assert.equal(opened(), 2);
    sockets.last.end();
    assert.equal(events.at(-1).reason, null);
  });
}

test("other close codes are a lost line", () => {
  connected();
  sockets.last.end(1008);
  assert.deepEqual(types(), ["offline"]);
});

test("a line can be given up for a fresh one", () => {
  connected();
  connection.drop();
  assert.deepEqual(types(), ["offline"]);
  clock.pass(1000);
  assert.equal(opened(), 2);
});

test("a page that is put away closes without a word and comes back when asked", () => {
  connected();
  connection.close();
  assert.equal(connection.isAwake, false);
  assert.equal(sockets.last.readyState, sockets.CLOSED);
  connection.wake();
  clock.pass(10 * MOST);
  assert.deepEqual([opened(), types()], [1, []]);
  connection.open();
  assert.equal(opened(), 2);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { Push } from "../../static/js/push.js";

const KEYS = { p256dh: "point", auth: "secret" };

function aBrowser({ subscribed = null, fails = [], answers = {} } = {}) {
  const said = [];
  const state = { subscription: subscribed };
  const subscription = (endpoint) => ({
    endpoint,
    toJSON: () => ({ endpoint, keys: KEYS }),
    unsubscribe: async () => (state.subscription = null),
  });
  if (subscribed) state.subscription = subscription(subscribed);
  const pushManager = {
    getSubscription: async () => state.subscription,
    async subscribe(options) {
      if (fails.length) throw Object.assign(new Error(), { name: fails.shift() });
      assert.equal(options.userVisibleOnly, true);
      return (state.subscription = subscription(`https://push.example/${options.applicationServerKey}`));
    },
  };
  async function fetch(address, { body } = {}) {
    said.push([address, Object.fromEntries(body ?? [])]);
    const on = address !== "/push/stop/";
    return { ok: true, redirected: false, json: async () => (body ? { on } : { key: "KEY" }), ...answers[address] };
  }
  return { push: new Push({ worker: async () => ({ pushManager }), csrf: "t", fetch }), said, state };
}

test("starting gives the site what it needs to reach this browser", async () => {
  const { push, said } = aBrowser();
  assert.equal(await push.start(), true);
  const fields = { csrfmiddlewaretoken: "t", endpoint: "https://push.example/KEY", ...KEYS };
  assert.deepEqual(said, [["/push/", {}], ["/push/", fields]]);
});

test("a subscription made with another key gives way", async () => {
  const { push } = aBrowser({ subscribed: "https://push.example/OLD", fails: ["InvalidStateError"] });
  assert.equal(await push.start(), true);
});

test("where the browser or the site does not take it, that is no yes", async () => {
  await assert.rejects(aBrowser({ fails: ["AbortError"] }).push.start());
  for (const answer of [{ ok: false, status: 429 }, { redirected: true }]) {
    await assert.rejects(aBrowser({ answers: { "/push/": answer } }).push.start());
  }
});

test("whether it is on is the site's to say, and not asked without a subscription", async () => {
  const without = aBrowser();
  assert.equal(await without.push.isOn(), false);
  assert.deepEqual(without.said, []);
  const { push, said } = aBrowser({ subscribed: "https://push.example/1" });
  assert.equal(await push.isOn(), true);
  assert.deepEqual(said, [["/push/known/", { csrfmiddlewaretoken: "t", endpoint: "https://push.example/1" }]]);
});

test("stopping ends it at the site and in the browser", async () => {
  const { push, said, state } = aBrowser({ subscribed: "https://push.example/1" });
  await push.stop();
  assert.equal(said[0][0], "/push/stop/");
  assert.equal(state.subscription, null);
});

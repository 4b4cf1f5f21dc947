import assert from "node:assert/strict";
import { test } from "node:test";

import { Notifier } from "../../static/js/notifier.js";

function aWindow(permission, answer = permission) {
  const shown = [];
  class Notification {
    static permission = permission;
    static asked = 0;
    static requestPermission = async () => {
      Notification.asked += 1;
      return (Notification.permission = answer);
    };

    constructor(title, options) {
      shown.push({ title, ...options });
    }
  }
  return { Notification, shown };
}

test("it asks once, and takes the answer", async () => {
  for (const [before, answer, expected, asked] of [
    ["default", "granted", true, 1],
    ["default", "denied", false, 1],
    ["default", "default", false, 1],
    ["granted", "granted", true, 0],
    ["denied", "denied", false, 0],
  ]) {
    const window = aWindow(before, answer);
    assert.deepEqual([await new Notifier(window, "/icon").ask(), window.Notification.asked], [expected, asked]);
  }
});

test("without permission nothing is shown", () => {
  const window = aWindow("default");
  new Notifier(window, "/icon").notify("arrived");
  assert.deepEqual(window.shown, []);
});

test("with permission it says that somebody came, and names nobody", () => {
  const window = aWindow("granted");
  new Notifier(window, "/icon").notify("arrived");
  assert.deepEqual(window.shown, [
    {
      title: "Somebody sat down beside you",
      body: "Your partner is here: go back to Tandem to talk.",
      icon: "/icon",
      tag: "tandem.arrival",
    },
  ]);
});

test("where only a service worker may show one, it does", async () => {
  const window = aWindow("granted");
  window.Notification = class {
    static permission = "granted";
    constructor() {
      throw new TypeError("Illegal constructor");
    }
  };
  const shown = new Promise((resolve) => {
    window.navigator = { serviceWorker: { ready: Promise.resolve({ showNotification: resolve }) } };
  });
  new Notifier(window, "/icon").notify("arrived");
  assert.equal(await shown, "Somebody sat down beside you");
});

test("a browser without notifications is no trouble", async () => {
  const notifier = new Notifier({}, "/icon");
  notifier.notify("arrived");
  assert.deepEqual([notifier.isPossible, notifier.isAllowed, await notifier.ask()], [false, false, false]);
});

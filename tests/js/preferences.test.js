import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Preferences } from "../../static/js/preferences.js";
import { FakeArea } from "./fakes.js";

let area, preferences;
beforeEach(() => {
  area = new FakeArea();
  preferences = new Preferences(area);
});

test("until somebody chooses, hints and ticks are on", () => {
  assert.deepEqual(["typing", "ticks"].map((name) => preferences.get(name)), [true, true]);
});

test("a choice is kept in the browser and told", () => {
  let told = 0;
  preferences.listen(() => (told += 1));
  preferences.set("typing", false);
  assert.deepEqual([preferences.get("typing"), preferences.get("ticks"), told], [false, true, 1]);
  assert.equal(new Preferences(area).get("typing"), false);
});

test("what another window chose counts here too", () => {
  preferences.set("ticks", true);
  new Preferences(area).set("ticks", false);
  preferences.written("tandem.prefer.ticks");
  assert.equal(preferences.get("ticks"), false);
});

test("what was written for other purposes is no choice", () => {
  preferences.listen(() => assert.fail("nothing was chosen"));
  preferences.written("tandem.theme");
  preferences.set("constructor", true);
  assert.equal(area.size, 0);
});

test("where storage is forbidden, a choice lasts as long as the page", () => {
  const forbid = () => {
    throw new Error("forbidden");
  };
  preferences = new Preferences({ getItem: forbid, setItem: forbid });
  preferences.set("typing", false);
  assert.deepEqual([preferences.get("typing"), preferences.get("ticks")], [false, true]);
});

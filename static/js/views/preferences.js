/** The switches for what a person can choose in this browser: every checkbox with a data-preference. */

import { t } from "../strings.js";
import { write } from "./sentence.js";

/** `notifier`, where a switch is about notifications, is asked for permission when they are switched on: the press it needs. */
export function createPreferences(root, preferences, notifier) {
  const boxes = root.querySelectorAll("[data-preference]");
  const refused = root.querySelector("[data-part=notify-refused]");

  function show() {
    for (const box of boxes) box.checked = preferences.get(box.dataset.preference) && isPossible(box);
  }

  function isPossible({ dataset }) {
    return dataset.preference !== "notify" || notifier.isAllowed;
  }

  async function choose({ dataset, checked }) {
    const isRefused = dataset.preference === "notify" && checked && !(await notifier.ask());
    if (dataset.preference === "notify") showRefused(isRefused);
    preferences.set(dataset.preference, checked && !isRefused);
  }

  function showRefused(isRefused) {
    refused.hidden = !isRefused;
    write(refused, isRefused ? t("notify_refused") : "");
  }

  root.addEventListener("change", ({ target }) => target.dataset.preference && choose(target));
  preferences.listen(show);
  addEventListener("storage", ({ key }) => preferences.written(key));
  show();
  for (const group of root.querySelectorAll("[data-behaviour=preferences]")) group.hidden = false;
}

/** The switches for what a person can choose in this browser: every checkbox with a data-preference. */

import { t } from "../strings.js";
import { write } from "./sentence.js";

/** `notifier` is asked for permission when notifications are switched on: that is the press it needs. */
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
    refused.hidden = !isRefused;
    write(refused, isRefused ? t("notify_refused") : "");
    preferences.set(dataset.preference, checked && !isRefused);
  }

  root.addEventListener("change", ({ target }) => target.dataset.preference && choose(target));
  preferences.listen(show);
  addEventListener("storage", ({ key }) => preferences.written(key));
  show();
  for (const group of root.querySelectorAll("[data-behaviour=preferences]")) group.hidden = false;
}

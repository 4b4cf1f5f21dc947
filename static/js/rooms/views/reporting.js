/** Showing messages to the administrator: select some, see exactly what will be sent, say why if you like. */

import { t } from "../../strings.js";
import { confirm } from "../../views/confirm.js";
import { partsOf, write } from "../../views/sentence.js";

/** `root` shows the boxes while `data-picking` is on it; `entryOf(key)` gives the entry of a message; `done()` hears that it was sent. */
export function createReporting(root, { bar, dialog, list }, { entryOf, done }, fetch = globalThis.fetch.bind(globalThis)) {
  const form = dialog.querySelector("form");
  const count = bar.querySelector("[role=status]");
  const go = bar.querySelector("[data-action=report_picked]");
  const part = partsOf(dialog);

  list.addEventListener("change", showCount);
  bar.querySelector("[data-action=pick_none]").addEventListener("click", end);
  go.addEventListener("click", report);

  function picked() {
    return [...list.querySelectorAll("[data-part=pick]:checked")]
      .map((box) => entryOf(box.closest(".message").dataset.key))
      .filter((entry) => entry && !entry.deleted);
  }

  function showCount() {
    const { length } = picked();
    write(count, t("picked", { count: length }));
    go.setAttribute("aria-disabled", String(length === 0));
  }

  function end() {
    for (const box of list.querySelectorAll("[data-part=pick]:checked")) box.checked = false;
    delete root.dataset.picking;
    bar.hidden = true;
    root.querySelector("textarea").focus();
  }

  async function report() {
    const entries = picked();
    if (entries.length === 0) return;
    part.list.replaceChildren(...entries.map(quote));
    form.elements.reason.value = "";
    complain("");
    while (await confirm(dialog)) {
      const problem = await post(entries);
      if (problem === null) {
        end();
        return done();
      }
      complain(problem);
    }
  }

  /** What is wrong, in words; null where it was sent. */
  async function post(entries) {
    const body = new URLSearchParams([...new FormData(form), ...entries.map(({ seq }) => ["seq", seq])]);
    try {
      const response = await fetch(form.dataset.url, { method: "POST", body, headers: { accept: "application/json" } });
      const { reported, message } = await response.json();
      return Number.isInteger(reported) ? null : message || t("not_reported");
    } catch {
      return t("not_reported"); // offline, or no answer of ours
    }
  }

  function complain(sentence) {
    part.error.hidden = sentence === "";
    write(part.error, sentence);
  }

  return {
    /** Select messages, the one with this `key` to begin with. */
    begin(key) {
      root.dataset.picking = "";
      bar.hidden = false;
      const message = [...list.children].find((one) => one.dataset.key === key);
      const box = (message ?? list).querySelector("[data-part=picker]:not([hidden]) [data-part=pick]");
      if (box && message) box.checked = true;
      showCount();
      box?.focus();
    },
  };
}

function quote({ author, text }) {
  const element = document.createElement("li");
  const name = document.createElement("bdi");
  name.textContent = author?.name ?? t("unknown_author");
  const words = document.createElement("p");
  words.dir = "auto";
  words.textContent = text;
  element.append(name, words);
  return element;
}

/** Where you write. Enter sends, Shift+Enter breaks the line, and never while an input method is composing. */

import { clean, lengthOf, TEXT_LIMIT } from "../protocol.js";
import { t } from "../strings.js";
import { write } from "./sentence.js";

const COUNT_FROM = TEXT_LIMIT - 500; // characters from which on the rest is counted

/**
 * `say(text)` gives true if it was taken, else false for want of room or the id of the sentence that says why not;
 * `changed(text)` is told of every change, by hand or not; `sent()` once the field is empty again.
 */
export function createComposer(form, { say, changed, stopped, sent = () => {} }) {
  const field = form.querySelector("textarea");
  const grow = form.querySelector("[data-part=grow]");
  const count = form.querySelector("#text-count");
  const error = form.querySelector("#text-error");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  field.addEventListener("keydown", (event) => {
    const composing = event.isComposing || event.keyCode === 229; // Safari ends composing before it tells of the key
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    send();
  });
  field.addEventListener("input", () => {
    showLength();
    changed(field.value);
  });
  field.addEventListener("blur", stopped);

  function send() {
    const text = clean(field.value);
    if (text === "" || lengthOf(text) > TEXT_LIMIT) return field.focus();
    const taken = say(text);
    if (taken !== true) return complain(t(taken || "outbox_full"));
    put("");
    changed("");
    sent();
    field.focus();
  }

  function put(text) {
    field.value = text;
    showLength();
  }

  function showLength() {
    grow.dataset.text = `${field.value}\n`;
    const length = lengthOf(clean(field.value));
    const over = length - TEXT_LIMIT;
    count.hidden = length < COUNT_FROM || over > 0;
    write(count, count.hidden ? "" : t("characters_left", { count: -over }));
    complain(over > 0 ? t("characters_over", { count: over, limit: TEXT_LIMIT }) : "");
  }

  function complain(sentence) {
    error.hidden = sentence === "";
    write(error, sentence);
    if (sentence) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  return {
    show(visible) {
      form.hidden = !visible;
    },

    put,
    complain,

    /** Put `text` back in front of what stands there. */
    giveBack(text) {
      put(field.value.trim() === "" ? text : `${text}\n${field.value}`);
      changed(field.value);
      field.focus();
    },

    focus: () => field.focus(),
  };
}

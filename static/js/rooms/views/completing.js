/** Suggestions while a command or a name is typed: arrow keys choose, Tab or Enter takes one, Escape wants none. */

import { t } from "../../strings.js";
import { isolated } from "../../views/notice-board.js";
import { helpOf } from "../command-words.js";
import { complete } from "../completion.js";

/** `form` has the field and the list; `known()` gives the commands and the people. */
export function createCompleting(form, known, announce) {
  const field = form.querySelector("textarea");
  const list = form.querySelector("[role=listbox]");
  let found = null;
  let active = -1;

  const KEYS = {
    ArrowDown: () => activate((active + 1) % found.options.length),
    ArrowUp: () => activate((active <= 0 ? found.options.length : active) - 1),
    Tab: () => take(Math.max(active, 0)),
    Enter: () => active >= 0 && take(active),
    Escape: close,
  };

  field.addEventListener("input", look);
  field.addEventListener("click", look);
  field.addEventListener("blur", close);
  // Before the field itself hears of the key: Enter takes a suggestion here, and sends only where there is none.
  form.addEventListener("keydown", (event) => {
    const isPlain = !event.shiftKey && !event.isComposing && event.keyCode !== 229;
    if (!found || event.target !== field || !isPlain || !Object.hasOwn(KEYS, event.key)) return;
    if (KEYS[event.key]() === false) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the field keeps the focus
    const option = event.target.closest("[role=option]");
    if (option) take([...list.children].indexOf(option));
  });

  function look(event) {
    if (event.isComposing) return;
    const next = field.selectionStart === field.selectionEnd ? complete(field.value, field.selectionStart, known()) : null;
    if (!next) return close();
    if (next.options.length !== found?.options.length) announce(t("suggestions", { count: next.options.length }));
    found = next;
    list.replaceChildren(...found.options.map(option));
    list.hidden = false;
    activate(found.isWhole ? -1 : 0);
  }

  function option({ label, detail, command }, place) {
    const element = document.createElement("li");
    Object.assign(element, { id: `completion-${place}`, role: "option", className: "completions__one" });
    const word = document.createElement(command ? "code" : "bdi");
    if (command) word.dir = "ltr"; // a slash stays before its word
    word.textContent = label;
    const small = document.createElement("small");
    small.textContent = command ? helpOf(command) : isolated(detail);
    element.append(word, " ", small);
    return element;
  }

  function activate(place) {
    active = place;
    [...list.children].forEach((element, each) => element.setAttribute("aria-selected", String(each === place)));
    const element = list.children[place];
    element?.scrollIntoView({ block: "nearest" });
    if (element) field.setAttribute("aria-activedescendant", element.id);
    else field.removeAttribute("aria-activedescendant");
  }

  function take(place) {
    const { start, end, options } = found;
    close();
    field.setRangeText(options[place].insert, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function close() {
    if (!found) return;
    found = null;
    list.hidden = true;
    list.replaceChildren();
    activate(-1);
  }
}

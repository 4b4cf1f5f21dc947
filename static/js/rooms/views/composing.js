/** The composer of a room: to everybody, to one person, or what stands there already said otherwise. */

import { clean } from "../../protocol.js";
import { createComposer } from "../../views/composer.js";
import { say as write } from "../../views/sentence.js";

/** Sent, it goes to `act.say(text)`, `act.whisper(to, text)` or `act.edit(of, text)`, which answer as a composer wants it. */
export function createComposing(form, act) {
  const bar = form.querySelector("#mode");
  const words = form.querySelector("#mode-words");
  const field = form.querySelector("textarea");
  const composer = createComposer(form, { say, changed, sent, stopped: act.stopped });
  let mode = null; // {whisper: person} or {edit: {seq, text}, draft}

  form.querySelector("[data-action=end_mode]").addEventListener("click", () => end());
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Escape" && mode) end();
    if (event.key === "ArrowUp" && !mode && field.value === "") editLast(event);
  });

  function say(text) {
    if (mode?.edit) return act.edit(mode.edit.seq, text);
    return mode?.whisper ? act.whisper(mode.whisper.username, text) : act.say(text);
  }

  function changed(text) {
    act.typed(text, mode);
    if (!mode?.edit) act.draft(text);
  }

  function sent() {
    if (mode?.edit) end();
  }

  function editLast(event) {
    const last = act.lastOwn();
    if (!last) return;
    event.preventDefault();
    edit(last);
  }

  function edit(message, text = message.text) {
    begin({ edit: message, draft: mode?.edit ? mode.draft : field.value });
    composer.put(text);
    field.focus();
  }

  function begin(next) {
    mode = next;
    bar.hidden = mode === null;
    if (mode) write(words, ...(mode.edit ? ["mode_edit"] : ["mode_whisper", { name: mode.whisper.name }]));
  }

  function end() {
    const draft = mode?.edit ? mode.draft : field.value;
    begin(null);
    composer.put(draft);
    act.draft(draft);
    field.focus();
  }

  return {
    ...composer,
    edit,

    whisper(person) {
      if (mode?.edit) end();
      begin({ whisper: person });
      field.focus();
    },

    /** What was typed was refused: back with it, unless something else stands there by now, and why. */
    giveBackRefused(text, sentence) {
      if (clean(field.value) === "") composer.put(text);
      composer.complain(sentence);
    },
  };
}

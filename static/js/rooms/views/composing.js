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
  let mode = null; // {whisper: person} or {edit: {seq, text}}, with the `draft` for everybody that stands aside meanwhile

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
    if (!mode) act.draft(text);
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
    begin({ edit: message }, text);
    write(words, "mode_edit");
  }

  function whisper(person) {
    begin({ whisper: person }, "");
    write(words, "mode_whisper", { name: person.name });
  }

  function begin(next, text) {
    mode = { draft: mode ? mode.draft : field.value, ...next };
    bar.hidden = false;
    composer.put(text);
    field.focus();
  }

  // What was meant for one person, or as another wording, must not be said to everybody with the next Enter.
  function end() {
    const { draft } = mode;
    mode = null;
    bar.hidden = true;
    composer.put(draft);
    field.focus();
  }

  return {
    ...composer,
    edit,
    whisper,

    /** What was typed was refused: why, and back with it, unless something else stands there by now; then false. */
    giveBackRefused(text, sentence) {
      const already = mode?.whisper ? `/msg ${mode.whisper.username} ` : "";
      const isFree = clean(field.value) === "" && text.startsWith(already) && !mode?.edit; // else it would go to somebody else
      if (isFree) composer.put(text.slice(already.length));
      composer.complain(sentence);
      return isFree;
    },
  };
}

/** Sentences about what happens beside the conversation, each at its place and said aloud, until they are heeded. */

import { t } from "../strings.js";
import { partsOf, write } from "./sentence.js";

/**
 * `root` has an element for each of `sentences`, by its id: `sentenceFor(state)` gives what it says, or "". One more, #told,
 * says what the page itself has to say, until `placeOf(state)` is another.
 */
export function createNoticeBoard(root, sentences, placeOf, { heed, announce }) {
  const told = root.querySelector("#told");
  let place = null; // where the person stood when they were told
  let isExpected = false; // what they were told moves them on: it is not over with that
  for (const button of root.querySelectorAll("[data-action=heed]")) button.addEventListener("click", heedAll);

  function heedAll() {
    show(told, "");
    heed();
  }

  function show(notice, sentence) {
    const { text } = partsOf(notice);
    if (text.textContent === sentence) return;
    notice.hidden = sentence === "";
    write(text, sentence);
    text.title = sentence; // on a low screen it is cut to one line
    announce(sentence);
  }

  return {
    /** Say the sentence `id` here until the person has read it or is somewhere else; `movesOn`: after what it leads to. */
    tell(id, { movesOn = false } = {}) {
      isExpected = movesOn;
      show(told, t(id));
    },

    render(state) {
      if (place !== placeOf(state)) {
        if (!isExpected) show(told, "");
        isExpected = false;
      }
      place = placeOf(state);
      for (const [id, sentenceFor] of Object.entries(sentences)) show(root.querySelector(`#${id}`), sentenceFor(state));
    },
  };
}

/** A name in a sentence: one written right to left disturbs nothing around it. */
export function isolated(name) {
  return `\u2068${name}\u2069`;
}

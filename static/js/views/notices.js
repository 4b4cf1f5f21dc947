/** What happens beside the conversation: somebody else tried to join, asked and went away again, a wish was refused, the site is about to stop. */

import { LOCALE } from "../locale.js";
import { advice, reason, t } from "../strings.js";
import { isTalking } from "../pair.js";
import { partsOf, write } from "./sentence.js";

const CLOCK = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" });

const SENTENCES = {
  "turned-away": ({ turnedAway }) => (turnedAway ? t("someone_tried", { count: turnedAway }) : ""),
  refusal: (state) => (state.refusal && isTalking(state) ? `${reason(state.refusal)}. ${advice(state.refusal)}` : ""),
  lapsed: ({ lapsed }) => (lapsed ? t(`lapsed_${lapsed.reason}`, { name: isolated(lapsed.person.name) }) : ""),
  stopping: ({ notice }) => {
    if (!notice) return "";
    const { text, at } = notice;
    return t(text ? "stopping_because" : "stopping", { text, time: CLOCK.format(new Date(at)) });
  },
};

const placeOf = ({ at, line, hidden }) => `${at} ${line} ${hidden}`;
// A name written right to left disturbs nothing around it.
const isolated = (name) => `\u2068${name}\u2069`;

/** `root` has an element for each, by its id. */
export function createNotices(root, { heed, changeToken, announce }) {
  const told = root.querySelector("#told");
  let place = null; // where the person stood when they were told
  for (const button of root.querySelectorAll("[data-action=heed]")) button.addEventListener("click", heedAll);
  root.querySelector("[data-action=change_at_once]").addEventListener("click", changeToken);

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
    /** Say the sentence `id` here until the person has read it. */
    tell: (id) => show(told, t(id)),

    render(state) {
      if (place !== placeOf(state)) show(told, "");
      place = placeOf(state);
      for (const [id, sentenceFor] of Object.entries(SENTENCES)) show(root.querySelector(`#${id}`), sentenceFor(state));
    },
  };
}

/** What happens beside the conversation: somebody else tried to join, asked and went away again, a wish was refused, the site is about to stop. */

import { LOCALE } from "../locale.js";
import { isTalking } from "../pair.js";
import { advice, reason, t } from "../strings.js";
import { createNoticeBoard, isolated } from "./notice-board.js";

const CLOCK = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" });

const SENTENCES = {
  "turned-away": ({ turnedAway }) => (turnedAway ? t("someone_tried", { count: turnedAway }) : ""),
  refusal: (state) => (state.refusal && isTalking(state) ? `${reason(state.refusal)}. ${advice(state.refusal)}` : ""),
  lapsed: ({ lapsed }) => (lapsed ? t(`lapsed_${lapsed.reason}`, { name: isolated(lapsed.person.name) }) : ""),
  stopping,
};

const placeOf = ({ at, line, hidden }) => `${at} ${line} ${hidden}`;

export function createNotices(root, { heed, changeToken, announce }) {
  const change = root.querySelector("[data-action=change_at_once]");
  change.addEventListener("click", changeToken);
  const board = createNoticeBoard(root, SENTENCES, placeOf, { heed, announce });
  return {
    ...board,
    render(state) {
      change.hidden = state.pair?.role !== "host"; // the guest came by the host's token: nothing is won by changing their own
      board.render(state);
    },
  };
}

/** The administrator's words before the site stops. */
export function stopping({ notice }) {
  if (!notice) return "";
  const { text, at } = notice;
  return t(text ? "stopping_because" : "stopping", { text, time: CLOCK.format(new Date(at)) });
}

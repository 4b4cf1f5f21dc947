/** What happens beside the conversation of a room: a wish was refused, an ask is over, the site is about to stop. */

import { t } from "../../strings.js";
import { createNoticeBoard, isolated } from "../../views/notice-board.js";
import { stopping } from "../../views/notices.js";
import { refusalInWords } from "../refusals.js";

const SENTENCES = {
  refusal: ({ refusal }) => (refusal ? refusalInWords(refusal) : ""),
  fate: ({ fate, lapsed }) => {
    if (fate) return t(`fate_${fate.reason}`, called(fate));
    return lapsed ? t("room_lapsed", called(lapsed)) : "";
  },
  stopping,
};

const placeOf = ({ at, line }) => `${at} ${line}`;

export function createNotices(root, act) {
  return createNoticeBoard(root, SENTENCES, placeOf, act);
}

function called({ person }) {
  return { name: isolated(person.name) };
}

/** What can be done with somebody: ask for a private chat, whisper, block. */

import { t } from "../../strings.js";
import { isolated } from "../../views/notice-board.js";
import { partsOf, write } from "../../views/sentence.js";
import { choose } from "./choosing.js";

/** `deeds` are functions of the person, by the values of the dialog's buttons. */
export function createPerson(dialog, deeds) {
  const part = partsOf(dialog);

  /** `isMe`, or else whether they are here, decides what is offered. */
  return async (person, { isMe, isHere }) => {
    write(part.title, person.name);
    write(part.also, isMe ? t("you_are") : isolated(`@${person.username}`));
    part.absent.hidden = isMe || isHere;
    const choice = await choose(dialog, isMe ? [] : isHere ? ["ask", "whisper", "block"] : ["block"]);
    deeds[choice]?.(person);
  };
}

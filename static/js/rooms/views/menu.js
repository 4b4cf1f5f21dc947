/** What can be done with a message: copy, edit, report, delete. */

import { t } from "../../strings.js";
import { confirm } from "../../views/confirm.js";
import { copy } from "../../views/copying.js";
import { partsOf, say, write } from "../../views/sentence.js";
import { choose } from "./choosing.js";
import { canReport } from "./message.js";

/** `edit`, `report` and `remove` are functions of the entry; `keepsOrder()` says whether what others said may be deleted. */
export function createMenu(dialog, question, { edit, report, remove, keepsOrder, announce }) {
  const part = partsOf(dialog);

  const CHOICES = {
    copy: async ({ text }) => announce(t((await copy(text)) ? "copied" : "not_copied_here")),
    edit,
    report,
    delete: async (entry) => {
      write(partsOf(question).quote, entry.text);
      if (await confirm(question)) remove(entry);
    },
  };

  function offeredFor(entry) {
    const isOwn = entry.mine && entry.kind === "message";
    const canDelete = entry.kind === "message" && (entry.mine || keepsOrder());
    return ["copy", isOwn && "edit", canReport(entry) && "report", canDelete && "delete"].filter(Boolean);
  }

  return async (entry) => {
    if (entry.mine) write(part.title, t("message_own"));
    else say(part.title, "message_from", { name: entry.author?.name ?? t("unknown_author") });
    write(part.quote, entry.text);
    CHOICES[await choose(dialog, offeredFor(entry))]?.(entry);
  };
}

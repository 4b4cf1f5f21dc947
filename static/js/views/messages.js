/** The conversation: its messages in order, and what can be done with each. */

import { t } from "../strings.js";
import { copy, sayCopied } from "./copying.js";
import { Entries } from "./entries.js";
import { createMessage } from "./message.js";
import { createPicking } from "./picking.js";
import { createReading } from "./reading.js";
import { partsOf } from "./sentence.js";

export function createMessages(root, { retry, takeBack, announce }) {
  const log = root.querySelector("[role=log]");
  const part = partsOf(root);
  const picking = createPicking(part.messages);
  const reading = createReading(log, part.new, part["new-count"]);
  const shown = new Entries(part.messages, (entry) => createMessage(entry, announce));
  let pair = null;

  part.messages.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-action]");
    const key = button?.closest(".message").dataset.key;
    if (key) ({ retry, take_back: takeBack, copy: copyOne })[button.dataset.action](key, button);
  });

  async function copyOne(key, button) {
    if (await copy(shown.get(key).text)) return sayCopied(button, announce);
    getSelection().selectAllChildren(button.closest(".message").querySelector(".message__text"));
    announce(t("message_not_copied"));
  }

  function forget() {
    shown.forget();
    reading.forget();
  }

  return {
    render({ pair: current, name, entries, isReplaying, isTruncated }) {
      if (current !== pair) forget();
      pair = current;
      const wrote = entries.at(-1)?.mine && !shown.has(entries.at(-1).key);
      const follow = reading.isAtEnd || wrote;
      log.setAttribute("aria-busy", String(isReplaying));
      part.empty.hidden = entries.length > 0 || isReplaying || isTruncated;
      part.truncated.hidden = !isTruncated;
      const added = shown.show(entries.map((entry) => ({ ...entry, name })));
      picking.settle();
      if (follow) reading.toEnd();
      else reading.missed(added.filter((entry) => !entry.mine).length);
    },
  };
}

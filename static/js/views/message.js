/** One message on the page. */

import { canTakeBack } from "../outbox.js";
import { reason, t } from "../strings.js";
import { showText } from "./message-text.js";
import { partsOf, write } from "./sentence.js";
import { isClose, showDay, showTime } from "./times.js";

const SHOWS = {
  sending: "waiting",
  queued: "waiting",
  stored: "stored",
  delivered: "delivered",
  refused: "failed",
  unsent: "failed",
  undelivered: "failed",
  unconfirmed: "failed",
};

/** `announce` says aloud that it failed: its state changes too often to be read out each time. */
export function createMessage(entry, announce) {
  const element = document.getElementById("message").content.firstElementChild.cloneNode(true);
  const part = partsOf(element);
  element.dataset.key = entry.key;
  showText(part.text, part.fold, entry.text);

  function showState(entry) {
    part.state.hidden = !entry.mine;
    part.recall.hidden = entry.state !== "stored";
    if (!entry.mine) return;
    const failed = SHOWS[entry.state] === "failed" && part.state.dataset.shows !== "failed";
    if (failed) announce(t("message_failed", { state: t(`state_${entry.state}`), text: entry.text.slice(0, 60) }));
    part.state.dataset.shows = SHOWS[entry.state];
    write(part.words, wordsFor(entry));
    part.actions.hidden = entry.state !== "refused" && !(entry.state === "queued" && canTakeBack(entry));
    part.actions.querySelector("[data-action=retry]").hidden = entry.state !== "refused";
  }

  return {
    element,
    text: entry.text,

    /** Show `entry`, whose partner is called `entry.name`, after the one `before` it. */
    update(entry, before) {
      element.dataset.from = entry.mine ? "me" : "partner";
      element.dataset.state = entry.state;
      write(part.author, t("author_says", { name: entry.mine ? t("you") : entry.name }));
      const isNewDay = showDay(part.day, entry, before);
      element.classList.toggle("message--continues", !isNewDay && entry.mine === before.mine && isClose(entry, before));
      showTime(part.time, entry.sentAt);
      showState(entry);
    },
  };
}

function wordsFor(entry) {
  if (entry.state === "refused") return t("refused_because", { reason: reason(entry) });
  return t(`state_${entry.state}`);
}

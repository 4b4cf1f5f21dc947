/** One message on the page. */

import { LOCALE } from "../locale.js";
import { canTakeBack } from "../outbox.js";
import { reason, t } from "../strings.js";
import { showText } from "./message-text.js";
import { partsOf, write } from "./sentence.js";

const GROUPED_WITHIN = 5 * 60_000; // ms: what one person writes in five minutes reads as one turn

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

const CLOCK = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" });
const DAY = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full" });
const DAY_MS = 24 * 60 * 60_000;

/** `announce` says aloud that it failed: its state changes too often to be read out each time. */
export function createMessage(entry, announce) {
  const element = document.getElementById("message").content.firstElementChild.cloneNode(true);
  const part = partsOf(element);
  element.dataset.key = entry.key;
  showText(part.text, part.fold, entry.text);

  function showTime(sentAt) {
    part.time.dateTime = sentAt;
    write(part.time, CLOCK.format(new Date(sentAt)));
  }

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

    /** Show `entry` after the one `before` it. */
    update(entry, before, name) {
      element.dataset.from = entry.mine ? "me" : "partner";
      element.dataset.state = entry.state;
      write(part.author, t("author_says", { name: entry.mine ? t("you") : name }));
      const newDay = !before || dayOf(before.sentAt) !== dayOf(entry.sentAt);
      part.day.hidden = !newDay;
      if (newDay) write(part.day, dayName(entry.sentAt));
      element.classList.toggle("message--continues", !newDay && isSameTurn(entry, before));
      showTime(entry.sentAt);
      showState(entry);
    },
  };
}

function wordsFor(entry) {
  if (entry.state === "refused") return t("refused_because", { reason: reason(entry) });
  return t(`state_${entry.state}`);
}

function isSameTurn(entry, before) {
  return entry.mine === before.mine && new Date(entry.sentAt) - new Date(before.sentAt) < GROUPED_WITHIN;
}

function dayOf(sentAt) {
  return new Date(sentAt).toDateString();
}

function dayName(sentAt) {
  const now = Date.now();
  if (dayOf(sentAt) === dayOf(now)) return t("today");
  if (dayOf(sentAt) === dayOf(now - DAY_MS)) return t("yesterday");
  return DAY.format(new Date(sentAt));
}

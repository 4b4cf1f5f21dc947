/** When something was said: the time, the day, and what reads as one turn. */

import { LOCALE } from "../locale.js";
import { t } from "../strings.js";
import { write } from "./sentence.js";

const GROUPED_WITHIN = 5 * 60_000; // ms: what one person writes in five minutes reads as one turn
const CLOCK = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" });
const DAY = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full" });
const DAY_MS = 24 * 60 * 60_000;

/** Writes the time of `sentAt` into a <time> element. */
export function showTime(element, sentAt) {
  element.dateTime = sentAt;
  write(element, CLOCK.format(new Date(sentAt)));
}

/** Writes the day of `entry` into `element` where it is another than that of the entry `before`; gives whether it is. */
export function showDay(element, entry, before) {
  const isNew = !before || dayOf(before.sentAt) !== dayOf(entry.sentAt);
  element.hidden = !isNew;
  if (isNew) write(element, dayName(entry.sentAt));
  return isNew;
}

/** Whether so little time lies between two entries that they may read as one turn. */
export function isClose(entry, before) {
  return new Date(entry.sentAt) - new Date(before.sentAt) < GROUPED_WITHIN;
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

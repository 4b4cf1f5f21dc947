/** What there was, when a conversation is over: how long, how many messages, and that nothing of it is kept. */

import { t } from "../strings.js";
import { partsOf, write } from "./sentence.js";

const LANGUAGE = document.documentElement.lang;
const JOINED = new Intl.ListFormat(LANGUAGE, { type: "unit", style: "long" });
const COUNT = new Intl.NumberFormat(LANGUAGE);
const UNITS = ["hour", "minute"].map((unit) => new Intl.NumberFormat(LANGUAGE, { style: "unit", unit, unitDisplay: "long" }));

export function createReceipt(root, announce) {
  const part = partsOf(root);

  return {
    /** `receipt` is `{ms, messages}`, or null while nothing is over. */
    render(receipt) {
      const appears = receipt !== null && root.hidden;
      root.hidden = receipt === null;
      if (receipt === null) return;
      write(part.together, duration(receipt.ms));
      write(part.total, COUNT.format(receipt.messages));
      if (appears) announce(t("receipt_spoken", { time: part.together.textContent, count: receipt.messages }));
    },
  };
}

function duration(ms) {
  const minutes = Math.round(ms / 60_000);
  if (minutes === 0) return t("under_a_minute");
  const parts = [Math.floor(minutes / 60), minutes % 60];
  return JOINED.format(parts.map((count, place) => (count ? UNITS[place].format(count) : "")).filter(Boolean));
}

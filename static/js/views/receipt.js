/** What there was, when a conversation is over: how long, how many messages, and that nothing of it is kept. */

import { duration } from "../duration.js";
import { LOCALE } from "../locale.js";
import { t } from "../strings.js";
import { partsOf, write } from "./sentence.js";

const COUNT = new Intl.NumberFormat(LOCALE);

export function createReceipt(root, announce) {
  const part = partsOf(root);

  return {
    /** `receipt` is `{ms, messages}`, or null while nothing is over. */
    render(receipt) {
      const appears = receipt !== null && root.hidden;
      root.hidden = receipt === null;
      if (receipt === null) return;
      const time = duration(receipt.ms, LOCALE) ?? t("under_a_minute");
      write(part.together, time);
      write(part.total, COUNT.format(receipt.messages));
      if (appears) announce(t("receipt_spoken", { time, count: receipt.messages }));
    },
  };
}

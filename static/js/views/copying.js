/** Copies, and says so on the button that was pressed. */

import { t } from "../strings.js";

const SAID_FOR = 2_000; // ms

/** Whether `text` is in the clipboard now: a browser may refuse, such as on a page without TLS. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** `element`, a button or the words on one, says for a moment that it is done; `announce` says it to the ear. */
export function sayCopied(element, announce) {
  element.dataset.copied = "";
  announce(t("copied"));
  setTimeout(() => delete element.dataset.copied, SAID_FOR);
}

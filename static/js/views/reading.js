/** Where somebody reads: at the end, which is followed, or further up, where nothing moves and what is new is counted. */

import { t } from "../strings.js";

const NEAR_END = 80; // px: closer than about two lines counts as reading the end

/** `log` scrolls; `button`, with its words in `count`, leads to the end. */
export function createReading(log, button, count) {
  let unread = 0;
  let atEnd = true;

  button.addEventListener("click", () => toEnd());
  log.addEventListener("scroll", () => {
    atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
    if (atEnd) showUnread(0);
  });
  new ResizeObserver(() => atEnd && toEnd()).observe(log);

  function toEnd() {
    log.scrollTop = log.scrollHeight;
    showUnread(0);
  }

  function showUnread(number) {
    unread = number;
    button.hidden = number === 0;
    if (number) count.textContent = t("new_messages", { count: number });
  }

  return {
    get isAtEnd() {
      return atEnd;
    },

    toEnd,

    missed(number) {
      showUnread(unread + number);
    },

    forget() {
      atEnd = true;
      showUnread(0);
    },
  };
}

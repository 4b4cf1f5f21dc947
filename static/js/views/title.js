/** The title of the tab: while it is hidden, it says what is new. */

import { t } from "../strings.js";

export function createTitle(document) {
  const own = document.title;
  let before = null; // what stood there when the page was hidden

  return {
    /** `sentence` is where you stand, `messages` how many the partner has written. */
    render(sentence, messages) {
      if (!document.hidden) before = { sentence, messages };
      before ??= { sentence, messages };
      const count = messages - before.messages;
      if (count > 0) document.title = t("title_messages", { count });
      else document.title = sentence === before.sentence ? own : t("title_news", { sentence });
    },
  };
}

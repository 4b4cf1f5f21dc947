/** What is said in the room: messages and lines in order, older ones on demand, and what can be done with each. */

import { t } from "../../strings.js";
import { Entries } from "../../views/entries.js";
import { createPicking } from "../../views/picking.js";
import { createReading } from "../../views/reading.js";
import { partsOf, write } from "../../views/sentence.js";
import { createLine } from "./line.js";
import { createMessage } from "./message.js";

const NEAR_START = 200; // px: what is older is asked for before it is needed
const NEWS = ["message", "whisper", "announcement"];

/** `open(key)` opens what can be done with a message, `person(username)` the same for its author. */
export function createMessages(root, { retry, takeBack, open, person, readOlder, announce }) {
  const log = root.querySelector("[role=log]");
  const part = partsOf(root);
  const olderButton = part.older.querySelector("button");
  const picking = createPicking(part.messages);
  const reading = createReading(log, part.new, part["new-count"]);
  const shown = new Entries(part.messages, ({ kind }) => (isMessage(kind) ? createMessage(announce) : createLine()));
  let first = null; // the key of the first entry shown
  let newest = 0; // the highest seq shown

  part.messages.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-action]");
    const key = button?.closest(".message")?.dataset.key;
    if (key) ({ retry, take_back: takeBack, menu: open, person: () => person(button.dataset.username) })[button.dataset.action](key);
  });
  olderButton.addEventListener("click", readOlder);
  log.addEventListener("scroll", () => log.scrollTop < NEAR_START && readOlder());

  function showOlder(hasOlder, isAsking) {
    const isLeft = !hasOlder && document.activeElement === olderButton;
    part.older.hidden = !hasOlder;
    olderButton.setAttribute("aria-disabled", String(isAsking));
    write(olderButton, t(isAsking ? "reading_older" : "show_older"));
    if (isLeft) log.focus();
  }

  // Above what is being read something was put, or taken away: what is being read stays where it is.
  function keepPlace(entries, show) {
    if (first === null || entries[0]?.key === first) return show();
    const fromEnd = log.scrollHeight - log.scrollTop;
    show();
    log.scrollTop = log.scrollHeight - fromEnd;
  }

  return {
    get isAtEnd() {
      return reading.isAtEnd;
    },

    render({ entries, hasOlder, isAskingOlder, isReplaying }) {
      const last = entries.at(-1);
      const follow = reading.isAtEnd || (last?.mine && !shown.has(last.key));
      const before = newest;
      log.setAttribute("aria-busy", String(isReplaying));
      part.empty.hidden = entries.length > 0 || hasOlder || isReplaying;
      keepPlace(entries, () => {
        const added = shown.show(entries);
        showOlder(hasOlder, isAskingOlder);
        picking.settle();
        if (!follow) reading.missed(added.filter((entry) => isNews(entry, before)).length);
      });
      if (follow) reading.toEnd();
      first = entries[0]?.key ?? null;
      newest = entries.reduce((most, { seq = 0 }) => Math.max(most, seq), newest);
    },
  };
}

function isMessage(kind) {
  return kind === "message" || kind === "whisper";
}

// Not what is older than all that was here.
function isNews({ kind, mine, seq }, newest) {
  return NEWS.includes(kind) && !mine && (seq === undefined || seq > newest);
}

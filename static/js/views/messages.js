/** The conversation: one element a message, kept as long as the message, in the order of the entries. */

import { t } from "../strings.js";
import { copy, sayCopied } from "./copying.js";
import { createMessage } from "./message.js";
import { createPicking } from "./picking.js";
import { partsOf } from "./sentence.js";

const NEAR_END = 80; // px: closer than about two lines counts as reading the end

export function createMessages(root, { retry, takeBack, announce }) {
  const log = root.querySelector("[role=log]");
  const part = partsOf(root);
  const shown = new Map(); // by key
  const picking = createPicking(part.messages);
  let pair = null;
  let unread = 0;
  let atEnd = true;

  part.messages.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-action]");
    const key = button?.closest(".message").dataset.key;
    if (key) ({ retry, take_back: takeBack, copy: copyOne })[button.dataset.action](key, button);
  });
  part.new.addEventListener("click", () => toEnd());
  log.addEventListener("scroll", () => {
    atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
    if (atEnd) showUnread(0);
  });
  new ResizeObserver(() => atEnd && toEnd()).observe(log);

  async function copyOne(key, button) {
    if (await copy(shown.get(key).text)) return sayCopied(button, announce);
    getSelection().selectAllChildren(button.closest(".message").querySelector(".message__text"));
    announce(t("message_not_copied"));
  }

  function toEnd() {
    log.scrollTop = log.scrollHeight;
    showUnread(0);
  }

  function showUnread(count) {
    unread = count;
    part.new.hidden = count === 0;
    if (count) part["new-count"].textContent = t("new_messages", { count });
  }

  function forget() {
    part.messages.replaceChildren();
    shown.clear();
    atEnd = true;
    showUnread(0);
  }

  // Moves only what is out of place: an element taken out and put back would be read aloud again.
  function place(entries, name) {
    let next = part.messages.firstElementChild;
    let before = null;
    let added = 0;
    for (const entry of entries) {
      const known = shown.get(entry.key);
      const message = known ?? createMessage(entry, announce);
      if (!known) shown.set(entry.key, message);
      if (!known && !entry.mine) added += 1;
      message.update(entry, before, name);
      if (message.element === next) next = next.nextElementSibling;
      else part.messages.insertBefore(message.element, next);
      before = entry;
    }
    return added;
  }

  function removeAllBut(keys) {
    for (const [key, message] of shown) {
      if (keys.has(key)) continue;
      message.element.remove();
      shown.delete(key);
    }
  }

  return {
    render({ pair: current, name, entries, isReplaying, isTruncated }) {
      if (current !== pair) forget();
      pair = current;
      const wrote = entries.at(-1)?.mine && !shown.has(entries.at(-1).key);
      const follow = atEnd || wrote;
      log.setAttribute("aria-busy", String(isReplaying));
      part.empty.hidden = entries.length > 0 || isReplaying || isTruncated;
      part.truncated.hidden = !isTruncated;
      removeAllBut(new Set(entries.map((entry) => entry.key)));
      const added = place(entries, name);
      picking.settle();
      if (follow) toEnd();
      else showUnread(unread + added);
    },
  };
}

/** The page of one-time invitations: copies and shares their links. Everything else there is a form. */

import { t } from "./strings.js";
import { copy } from "./views/copying.js";
import { partsOf, write } from "./views/sentence.js";

const SAID_FOR = 2_000; // ms
const root = document.getElementById("invitations");
const actions = { copy_link: copyLink, share };

for (const button of root.querySelectorAll("[data-action=copy_link]")) button.hidden = false;
for (const button of root.querySelectorAll("[data-action=share]")) button.hidden = !navigator.share;
root.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-action]");
  if (button) actions[button.dataset.action](button.closest("[data-link]"));
});

async function copyLink(card) {
  const { label, note } = partsOf(card);
  const isCopied = await copy(card.dataset.link);
  note.hidden = isCopied;
  write(note, isCopied ? "" : t("not_copied"));
  if (!isCopied) return getSelection().selectAllChildren(card.querySelector(".token"));
  label.dataset.before ??= label.textContent;
  write(label, t("copied"));
  setTimeout(() => write(label, label.dataset.before), SAID_FOR);
}

async function share(card) {
  try {
    await navigator.share({ text: t("share_text"), url: card.dataset.link });
  } catch {
    // dismissed: nothing was shared and nothing is to be said
  }
}

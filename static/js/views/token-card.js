/** Your token: to read, to copy, to share, to change. */

import { grouped, linkFor } from "../token.js";
import { t } from "../strings.js";
import { confirm } from "./confirm.js";
import { copy } from "./copying.js";
import { partsOf, write } from "./sentence.js";

const COPIED_FOR = 2_000; // ms

export function createTokenCard(root, { dialogs, announce, preferences, notifier }) {
  const { groups, note } = partsOf(root);
  const action = (name) => root.querySelector(`[data-action=${name}]`);
  const link = () => linkFor(root.dataset.token, root.dataset.link);

  action("copy_token").addEventListener("click", ({ currentTarget }) => give(root.dataset.token, currentTarget));
  action("copy_link").addEventListener("click", ({ currentTarget }) => give(link(), currentTarget));
  action("show_qr").addEventListener("click", showQr);
  action("share").hidden = !navigator.share;
  action("share").addEventListener("click", share);
  action("notify").addEventListener("click", notify);
  preferences.listen(offerToNotify);
  offerToNotify();

  async function give(text, button) {
    if (await copy(text)) return confirmOn(button);
    getSelection().selectAllChildren(groups);
    tell("not_copied");
  }

  function confirmOn(button) {
    const label = button.querySelector("[data-part=label]");
    label.dataset.before ??= label.textContent;
    write(label, t("copied"));
    note.hidden = true;
    announce(t("copied"));
    setTimeout(() => write(label, label.dataset.before), COPIED_FOR);
  }

  function tell(id) {
    note.hidden = false;
    write(note, t(id));
    announce(t(id));
  }

  function offerToNotify() {
    action("notify").hidden = !notifier.isPossible || (preferences.get("notify") && notifier.isAllowed);
  }

  async function notify() {
    const isAllowed = await notifier.ask();
    preferences.set("notify", isAllowed);
    tell(isAllowed ? "notify_on" : "notify_refused");
  }

  async function share() {
    try {
      await navigator.share({ text: t("share_text"), url: link() });
    } catch {
      // dismissed: nothing was shared and nothing is to be said
    }
  }

  // The picture is asked for only when it is wanted, and anew for every token.
  function showQr() {
    const image = dialogs.qr.querySelector("img");
    image.src = `${image.dataset.url}?v=${root.dataset.token.slice(0, 8)}`;
    dialogs.qr.showModal();
  }

  /** Gives the id of the sentence that says how it went. */
  async function change() {
    const token = await requestNewToken(dialogs.change.querySelector("form"));
    if (token) show(token);
    return token ? "token_changed" : "token_not_changed";
  }

  function show(token) {
    if (token === root.dataset.token) return;
    root.dataset.token = token;
    groups.replaceChildren(...grouped(token).split(" ").flatMap((group) => [chunk(group), " "]));
  }

  function chunk(text) {
    const span = document.createElement("span");
    span.textContent = text;
    return span;
  }

  return {
    show,

    /** Ask, change it, and say so on the card. */
    async change() {
      if (await confirm(dialogs.change)) tell(await change());
    },

    changeAtOnce: change,
  };
}

/** The new token, from the page that answers the form; null if there was none. */
async function requestNewToken(form) {
  const body = new URLSearchParams(new FormData(form));
  try {
    const response = await fetch(form.dataset.url, { method: "POST", body });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.querySelector("[data-token]")?.dataset.token ?? null;
  } catch {
    return null;
  }
}

/** One message in a room, or a whisper, on the page. */

import { canTakeBack } from "../../outbox.js";
import { reason, t } from "../../strings.js";
import { showText } from "../../views/message-text.js";
import { isolated } from "../../views/notice-board.js";
import { partsOf, say, write } from "../../views/sentence.js";
import { isClose, showDay, showTime } from "../../views/times.js";

const SHOWS = { sending: "waiting", delayed: "waiting", queued: "waiting", stored: "stored", refused: "failed" };

/** `announce` says aloud that it failed: its state changes too often to be read out each time. */
export function createMessage(announce) {
  const element = document.getElementById("message").content.firstElementChild.cloneNode(true);
  const part = partsOf(element);
  let shown = null;
  let shownBefore = null;

  function showAuthor(entry, continues) {
    const tellsItself = entry.action && !entry.deleted; // its words begin with the name
    part.head.hidden = entry.mine || tellsItself || continues;
    part.says.hidden = !part.head.hidden || tellsItself;
    write(part.says, t("author_says", { name: entry.mine ? t("you") : nameOf(entry) }));
    if (part.head.hidden) return;
    write(part.author, nameOf(entry));
    part.author.disabled = entry.author === null;
    part.author.title = entry.author ? `@${entry.author.username}` : "";
    part.author.dataset.username = entry.author?.username ?? "";
  }

  function showWhisper({ kind, mine, author, to }) {
    part.secret.hidden = kind !== "whisper";
    if (kind === "whisper") say(part.secret, "whisper_to", { name: (mine ? to : author).name });
  }

  function showWords(entry) {
    element.classList.toggle("message--deleted", Boolean(entry.deleted));
    element.classList.toggle("message--action", Boolean(entry.action) && !entry.deleted);
    part.edited.hidden = !entry.edited || entry.deleted;
    const words = wordsOf(entry);
    if (shown && wordsOf(shown) === words) return;
    showText(part.text, part.fold, words);
  }

  function showState(entry) {
    part.state.hidden = !entry.mine || entry.kind === "whisper" || entry.deleted;
    const state = entry.isChanging ? "sending" : entry.state;
    element.dataset.state = state ?? "";
    if (part.state.hidden) return;
    if (state === "refused" && shown?.state !== "refused") {
      announce(t("message_failed", { state: t("state_refused"), text: entry.text.slice(0, 60) }));
    }
    part.state.dataset.shows = SHOWS[state];
    write(part.words, state === "refused" ? t("refused_because", { reason: reason(entry) }) : t(`state_${state}`));
    part.actions.hidden = state !== "refused" && !(state === "queued" && canTakeBack(entry));
    part.actions.querySelector("[data-action=retry]").hidden = state !== "refused";
  }

  return {
    element,

    /** Show `entry` after the one `before` it. */
    update(entry, before) {
      if (entry === shown && before === shownBefore) return;
      element.dataset.key = entry.key;
      element.dataset.from = entry.mine ? "me" : "partner";
      element.dataset.kind = entry.kind;
      const isNewDay = showDay(part.day, entry, before);
      const continues = !isNewDay && isSameTurn(entry, before);
      element.classList.toggle("message--continues", continues);
      showAuthor(entry, continues);
      showWhisper(entry);
      showWords(entry);
      showTime(part.time, entry.sentAt);
      showState(entry);
      part.menu.hidden = Boolean(entry.deleted) || (entry.kind === "message" && entry.seq === undefined);
      part.picker.hidden = !canReport(entry);
      shown = entry;
      shownBefore = before;
    },
  };
}

/** Whether this can be shown to the administrator: what others said to everybody. */
export function canReport({ kind, mine, deleted, seq }) {
  return kind === "message" && !mine && !deleted && seq !== undefined;
}

function nameOf({ author }) {
  return author?.name ?? t("unknown_author");
}

function wordsOf(entry) {
  if (entry.deleted) return t("deleted_message");
  if (!entry.action) return entry.text;
  return `${isolated(nameOf(entry))} ${entry.text}`;
}

function isSameTurn(entry, before) {
  const isPlain = ({ kind, action, deleted }) => (kind === "message" || kind === "whisper") && !action && !deleted;
  if (!isPlain(entry) || !isPlain(before) || entry.kind !== before.kind) return false;
  const isSame = entry.author?.username === before.author?.username && entry.to?.username === before.to?.username;
  return isSame && isClose(entry, before);
}

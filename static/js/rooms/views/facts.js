/** What there is to know of the room and of your place in it; and, once you are out of it, why. */

import { LOCALE } from "../../locale.js";
import { t } from "../../strings.js";
import { partsOf, write } from "../../views/sentence.js";

const DAY = 24 * 60 * 60_000; // ms
const TIME = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" });
const DAY_AND_TIME = new Intl.DateTimeFormat(LOCALE, { dateStyle: "long", timeStyle: "short" });
const AS_GOOD_AS_NEVER = 2 * 365 * DAY;

const byId = (id) => document.getElementById(id);

/** `outside()` is told that there is no room here any more. */
export function createFacts(root, outside) {
  const out = byId("out");

  function showRoom({ is_lobby: isLobby, name, topic, retention_days: count, muted_until: mutedUntil }) {
    write(byId("room-name"), isLobby ? t("lobby") : name);
    write(byId("room-topic"), topic);
    byId("room-topic").hidden = topic === "";
    write(byId("room-kept"), t("room_kept", { count }));
    const muted = mutedUntil === null ? "" : mutedWords(new Date(mutedUntil), Date.now());
    byId("muted").hidden = muted === "";
    write(byId("muted"), muted);
  }

  function showOut(line) {
    const part = partsOf(out);
    write(part.title, t(line === "logged_out" ? line : `room_${line}`));
    write(part.text, t(`room_${line}_next`));
    part.login.hidden = line !== "logged_out";
    part.rooms.hidden = line === "logged_out";
  }

  return {
    render({ room, line, at }) {
      const isOut = at === "out";
      if (isOut && out.hidden) outside();
      root.dataset.stage = isOut ? "out" : "room";
      out.hidden = !isOut;
      byId("inside").hidden = isOut;
      byId("status").classList.toggle("visually-hidden", isOut); // the card says it to the eye
      if (isOut) showOut(line);
      if (room) showRoom(room);
    },
  };
}

function mutedWords(until, now) {
  const left = until - now;
  if (left <= 0) return "";
  if (left > AS_GOOD_AS_NEVER) return t("muted_for_good");
  return t("muted_until", { time: (left < DAY ? TIME : DAY_AND_TIME).format(until) });
}

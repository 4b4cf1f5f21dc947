/** What a room's server refused, in words: what it is, and what to do about it. Pure. */

import { advice, knows, reason, t } from "../strings.js";

/** One or two sentences. Some codes are known from private chats, where there is something else to do about them. */
export function refusalInWords(refusal) {
  const own = `room_${refusal.code}_next`;
  return `${reason(refusal)}. ${knows(own) ? t(own) : advice(refusal)}`.trim();
}

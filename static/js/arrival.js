/** Somebody sat down beside a person who was waiting: a sound, and a system notification where nobody is looking. No DOM. */

import { isTalking } from "./pair.js";

export class Arrival {
  /** `ring()` plays the sound, `notify()` shows the notification; both know by themselves whether they may. */
  constructor({ preferences, isHidden, ring, notify }) {
    Object.assign(this, { preferences, isHidden, ring, notify });
  }

  /** `before` and `after` are states of pair.js. Whoever asked for the seat, or has just opened the page, knows already. */
  happened(before, after) {
    if (!isTalking(after) || before.pair?.id === after.pair.id) return;
    if (before.at === "unknown" || before.wish?.join) return;
    if (this.preferences.get("sound")) this.ring();
    if (this.preferences.get("notify") && this.isHidden()) this.notify();
  }
}

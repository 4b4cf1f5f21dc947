/** Somebody sat down beside a person who was waiting, or asks whether they may: a sound, and a system notification where nobody is looking. No DOM. */

import { isTalking } from "./pair.js";

export class Arrival {
  /** `ring()` plays the sound, `notify(what)` shows the notification, `arrived` or `knocked`; both know by themselves whether they may. */
  constructor({ preferences, isHidden, ring, notify }) {
    Object.assign(this, { preferences, isHidden, ring, notify });
  }

  /** `before` and `after` are states of pair.js. Whoever asked, let somebody in or has just opened the page knows already. */
  happened(before, after) {
    const asked = after.asks.length > before.asks.length;
    const sat = isTalking(after) && before.pair?.id !== after.pair.id && before.at !== "unknown";
    const knew = before.wish?.join || before.asks.length > 0;
    if (!asked && (!sat || knew)) return;
    if (this.preferences.get("sound")) this.ring();
    if (this.preferences.get("notify") && this.isHidden()) this.notify(sat ? "arrived" : "knocked");
  }
}

/** Somebody sat down beside a person who was waiting, or asks whether they may: a sound, and a system notification where nobody is looking. No DOM. */

export class Arrival {
  /** `ring()` plays the sound, `notify(what)` shows the notification, `arrived` or `knocked`; both know by themselves whether they may. */
  constructor({ preferences, isHidden, ring, notify }) {
    Object.assign(this, { preferences, isHidden, ring, notify });
  }

  /** `before` and `after` are states of pair.js. Whoever asked for the seat knows already. */
  happened(before, after, event) {
    const sat = event.type === "joined" && !before.wish?.join && before.pair?.id !== after.pair?.id;
    const isAdmitted = sat && before.asks.length > 0; // whoever let them in was looking
    if (event.type !== "ask" && (!sat || isAdmitted)) return;
    if (this.preferences.get("sound")) this.ring();
    if (this.preferences.get("notify") && this.isHidden()) this.notify(sat ? "arrived" : "knocked");
  }
}

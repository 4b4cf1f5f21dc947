/** "NAME is typing": told sparingly, and believed only for a while. */

const AGAIN_AFTER = 3_000; // ms between two `typing true`
const BELIEVED_FOR = 6_000; // ms: two that were lost end the hint

/** Tells the partner. `tell(active)` sends the frame. */
export class TypingTeller {
  #toldAt = null;

  constructor(tell, now = Date.now) {
    Object.assign(this, { tell, now });
  }

  typed() {
    if (this.#toldAt !== null && this.now() - this.#toldAt < AGAIN_AFTER) return;
    this.#toldAt = this.now();
    this.tell(true);
  }

  stopped() {
    if (this.#toldAt === null) return;
    this.#toldAt = null;
    this.tell(false);
  }

  /** Sent, or the pair is another one: the partner knows without being told. */
  forget() {
    this.#toldAt = null;
  }
}

/** Remembers whether the partner is typing. `changed(active)` shows it. */
export class TypingHint {
  #timer = null;

  constructor(changed, { setTimeout, clearTimeout }) {
    Object.assign(this, { changed, setTimeout, clearTimeout });
  }

  heard(active) {
    this.clearTimeout(this.#timer);
    if (active) this.#timer = this.setTimeout(() => this.changed(false), BELIEVED_FOR);
    this.changed(active);
  }
}

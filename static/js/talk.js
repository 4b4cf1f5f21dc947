/** The one conversation of this page: begins with its pair, and keeps in this tab what a refresh must not lose. No DOM. */

import { Conversation } from "./conversation.js";

export class Talk {
  #clock;

  conversation = null;

  /**
   * `send(frame)` tells whether it went out; `opened(draft)` hears of a new pair, `changed()` of what no frame brought,
   * `gaveBack(text)` of a message that the server took back for us.
   */
  constructor({ storage, user, send, opened, changed, gaveBack, clock }) {
    Object.assign(this, { storage, user, send, opened, changed, gaveBack });
    this.#clock = clock;
  }

  /** The pair that a refresh interrupted, if it was this user's. */
  recover() {
    const kept = this.storage.pair();
    if (kept?.user === this.user) return kept;
    this.storage.forgetPair(); // of somebody else who was logged in here
    return null;
  }

  /** The server placed us in `pair`, or the page believes so: then it has no `n` yet. */
  converse({ pair, replay }) {
    if (this.conversation?.pair !== pair.id) this.#open(pair);
    if (pair.n !== undefined) this.conversation.begin(pair.n, replay);
  }

  hear(event) {
    this.conversation?.hear(event);
  }

  say(text) {
    return this.#then(() => this.conversation.say(text));
  }

  retry(key) {
    this.#then(() => this.conversation.retry(key));
  }

  /** The text that was taken back, or undefined if it was too late for that. */
  takeBack(key) {
    return this.#then(() => this.conversation.takeBack(key));
  }

  draft(text) {
    this.storage.keep(this.conversation.pair, { draft: text });
  }

  end(delivered) {
    this.conversation.end(delivered);
    this.storage.forgetPair();
  }

  wipe() {
    this.conversation = null;
    this.storage.forgetPair();
  }

  #open(pair) {
    this.conversation?.end(null);
    this.storage.beginPair(pair, this.user, Date.now());
    const { items = [], draft = "", since = Date.now() } = this.storage.pair() ?? {};
    this.conversation = new Conversation({
      pair: pair.id,
      items,
      since,
      send: this.send,
      gaveBack: this.gaveBack,
      keep: (kept) => this.storage.keep(pair.id, { items: kept }),
      later: (delay, action) => this.#later(delay, action),
    });
    this.opened(draft);
  }

  #later(delay, action) {
    const timer = this.#clock.setTimeout(() => this.#then(action), delay);
    return () => this.#clock.clearTimeout(timer);
  }

  #then(action) {
    const result = action();
    this.changed();
    return result;
  }
}

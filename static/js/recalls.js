/** Our messages that we asked the server to take back: asked again after a lost line, until there is an answer. No DOM. */

import { make } from "./protocol.js";

export class Recalls {
  #asked = new Map(); // n → text

  /** `gaveBack(text)` hears of each that was taken back because this page asked for it. */
  constructor({ pair, send, gaveBack }) {
    Object.assign(this, { pair, send, gaveBack });
  }

  ask({ n, text }) {
    this.#asked.set(n, text);
    this.send(make.recall(this.pair, n));
  }

  askAgain() {
    for (const n of this.#asked.keys()) this.send(make.recall(this.pair, n));
  }

  /** The server took `n` back. */
  done(n) {
    const text = this.#asked.get(n);
    this.#asked.delete(n);
    if (text !== undefined) this.gaveBack(text);
  }

  /** It did not, and said why. */
  refused({ n }) {
    this.#asked.delete(n);
  }
}

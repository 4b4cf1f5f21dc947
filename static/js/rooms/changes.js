/** Our edits and deletions that wait for the server's answer: asked again after a lost line, until there is one. No DOM. */

import { make } from "./protocol.js";

export class Changes {
  #asked = []; // {of, text}, in the order of asking; no text: delete

  /** `gaveBack(change, refusal)` hears of an edit that the server did not take. */
  constructor({ send, gaveBack }) {
    Object.assign(this, { send, gaveBack });
  }

  edit(of, text) {
    this.#ask({ of, text });
  }

  delete(of) {
    this.#ask({ of });
  }

  askAgain() {
    for (const change of this.#asked) this.send(frame(change));
  }

  /** The server made this change, or a later one. */
  done({ of }) {
    this.#asked = this.#asked.filter((change) => change.of !== of);
  }

  /** It refused the oldest one of this type: an answer names the type, and comes in the order of asking. */
  refused(refusal) {
    const place = this.#asked.findIndex((change) => frame(change).type === refusal.for);
    if (place < 0) return;
    const [change] = this.#asked.splice(place, 1);
    if (change.text !== undefined) this.gaveBack(change, refusal);
  }

  /** Whether message `of` is about to read otherwise. */
  waitsFor(of) {
    return this.#asked.some((change) => change.of === of);
  }

  #ask(change) {
    this.done(change);
    this.#asked.push(change);
    this.send(frame(change));
  }
}

function frame({ of, text }) {
  return text === undefined ? make.delete(of) : make.edit(of, text);
}

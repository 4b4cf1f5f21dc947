/** How a page gets what it missed: live it comes by itself, after a lost line and over a gap it is asked for. No DOM. */

import { backoff } from "../backoff.js";
import { make } from "./protocol.js";

const FAR = 500; // what happened meanwhile; beyond this a page that comes back begins with the last messages, as a new one does

export class CatchUp {
  #log;
  #begun = false;
  #replaying = false;
  #failures = 0;

  /** See courier.js for what is passed in. */
  constructor(log, { send, later, random }) {
    Object.assign(this, { send, later, random });
    this.#log = log;
  }

  /** The server's log ends at `seq`. Gives whether the page has to begin anew, with what came along. */
  welcomed(seq) {
    const missed = seq - this.#log.end;
    this.#replaying = this.#begun && missed > 0 && missed <= FAR;
    if (this.#replaying) this.#ask();
    const isAnew = !this.#begun || (missed !== 0 && !this.#replaying);
    this.#failures = 0;
    this.#begun = true;
    return isAnew;
  }

  /** Something came; was there something before it? */
  fillGap() {
    if (!this.#log.hasGap || this.#replaying) return;
    this.#replaying = true;
    this.#ask();
  }

  resumed({ seq, complete }) {
    this.#log.resumed(seq, complete);
    this.#failures = 0;
    this.#replaying = false;
    this.fillGap();
  }

  /** The server could not tell. */
  refused() {
    if (!this.#replaying) return;
    this.#failures += 1;
    this.later(backoff(this.#failures, this.random), () => this.#replaying && this.#ask());
  }

  /** Whether messages may still come in that others have already. */
  get isGoingOn() {
    return !this.#begun || this.#replaying;
  }

  // Where the line is down nothing goes out, and the next welcome tells what is missing then.
  #ask() {
    this.send(make.resume(this.#log.end));
  }
}

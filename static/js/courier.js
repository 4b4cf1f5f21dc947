/**
 * Carries one outbox to the server: in order, each with its `n`, again after a refusal that time may heal.
 *
 * `frame(item)` makes the frame of an item; `send(frame)` tells whether it went out; `keep(items)` stores the outbox where a
 * refresh finds it; `later(ms, action)` is a timer and gives the function that stops it. All are passed in, as is the random
 * source. `repeats` says how it is found out what an interrupted message has become: true where it is sent again under its
 * `n`, false where a replay shows it.
 */

import { backoff } from "./backoff.js";
import { Outbox } from "./outbox.js";

// Refusals of a message that time may heal; any other one is final. The value: whether it is certainly not stored.
const PASSING = { rate_limited: true, out_of_order: true, unavailable: false };

export class Courier {
  #outbox;
  #onHold = true; // not connected, or not yet sure what the server has
  #rest = null; // stops the wait before the next try
  #failures = 0;

  constructor({ frame, items, send, keep, later, random, repeats = false }) {
    Object.assign(this, { frame, send, keep, later, random, repeats });
    this.#outbox = new Outbox(items);
  }

  get items() {
    return this.#outbox.items;
  }

  /** Whether the server goes on refusing what time may heal: the items wait longer than a moment. */
  get isStuck() {
    return this.#failures > 1;
  }

  /** Take `text` along, with what `more` there is to say about it; false if too much waits already. */
  add(text, sentAt, more = {}) {
    return this.#then(() => this.#outbox.add(text, sentAt, more));
  }

  retry(key) {
    this.#then(() => this.#outbox.retry(key));
  }

  /** The item that was taken back, or undefined if it was too late for that. */
  takeBack(key) {
    return this.#then(() => this.#outbox.takeBack(key));
  }

  /** The server stored `n`: gives the item that was, if it was still here. */
  accepted(n) {
    this.#failures = 0;
    return this.#then(() => this.#outbox.accepted(n));
  }

  /** One of ours came in a replay: gives its item, if it was still here. */
  replayed(n, text) {
    return this.#then(() => this.#outbox.replayed(n, text));
  }

  /** The server refused a message. `n` may be missing where it could not read the frame: then it is the oldest one. */
  refused({ code, n, expected }) {
    const refused = n ?? this.items.find((item) => item.state === "sent")?.n;
    if (Object.hasOwn(PASSING, code)) this.#postpone(refused, code, expected);
    else this.#then(() => this.#outbox.refused(refused, code));
  }

  /** Nothing goes out until `release`. */
  hold() {
    this.#onHold = true;
    this.#rest?.();
    this.#rest = null;
    this.#outbox.interrupted();
  }

  /** The way is free. `last` is our highest n at the server, `complete` whether all up to there was replayed. */
  release(last, complete) {
    this.#onHold = false;
    this.#then(() => this.#settle(last, complete));
  }

  /** What stood in the way is over: no need to wait any longer. */
  hurry() {
    if (!this.#rest) return;
    this.#rest();
    this.#rest = null;
    this.#then();
  }

  #postpone(n, code, expected) {
    this.#outbox.postponed(Math.min(n, expected ?? n), PASSING[code]);
    if (expected) this.#settle(expected - 1, true);
    this.keep(this.items);
    if (!this.#rest) this.#takeRest(); // a burst is refused message by message, but that is one failure
  }

  #settle(last, complete) {
    if (this.repeats) this.#outbox.repeat(last);
    else this.#outbox.settle(last, complete);
  }

  #takeRest() {
    this.#failures += 1;
    this.#rest = this.later(backoff(this.#failures, this.random), () => {
      this.#rest = null;
      this.#then();
    });
  }

  // What is due is kept as sent before it is sent: after a refresh in between it must not pass for never tried.
  #then(change = () => undefined) {
    const result = change();
    const due = this.#onHold || this.#rest ? [] : this.#outbox.take();
    this.keep(this.items);
    if (!due.every((item) => this.send(this.frame(item)))) this.hold();
    return result;
  }
}

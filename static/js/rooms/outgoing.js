/** What this page says, changes and takes away in a room, until it stands in the log. No DOM. */

import { Courier } from "../courier.js";
import { clean } from "../protocol.js";
import { Changes } from "./changes.js";
import { Claims } from "./claims.js";
import { make } from "./protocol.js";

export class Outgoing {
  #courier;
  #changes;
  #claims = new Claims();
  #log;

  me = null; // whose page this is, as the last welcome said

  /** See courier.js for what is passed in; `gaveBack({of, text}, refusal)` hears of an edit that was refused. */
  constructor(log, { items, send, keep, later, gaveBack, now, random }) {
    this.#log = log;
    this.now = now;
    const frame = ({ n, text, action }) => make.message(n, text, action);
    this.#courier = new Courier({ frame, items, send, keep, later, random, repeats: true });
    this.#changes = new Changes({ send, gaveBack });
  }

  say(typed, action) {
    return this.#courier.add(clean(typed), new Date(this.now()).toISOString(), { action });
  }

  retry(key) {
    this.#courier.retry(key);
  }

  takeBack(key) {
    return this.#courier.takeBack(key);
  }

  edit(of, typed) {
    const text = clean(typed);
    if (text !== this.#log.get(of)?.text) this.#changes.edit(of, text);
  }

  delete(of) {
    this.#changes.delete(of);
  }

  /** The way is free: `n` is our last count at the server, in this window. */
  release(n) {
    this.settle();
    this.#claimInterrupted(n);
    this.#courier.release(n, true);
    this.#changes.askAgain();
  }

  /** Nothing goes out until `release`. */
  hold() {
    this.#courier.hold();
  }

  /** The log is whole up to its end. */
  settle() {
    this.#claims.settle(this.#log.end);
  }

  accepted({ n, seq, sent_at: sentAt }) {
    const item = this.#courier.accepted(n);
    if (item) this.#claims.accepted(item, seq, sentAt, seq <= this.#log.end || this.#log.get(seq) !== undefined);
  }

  /** A message of ours came, of this window or another. */
  arrived(message) {
    this.#claims.arrived(message, this.#courier.items);
  }

  changed(frame) {
    this.#changes.done(frame);
  }

  refused(frame) {
    if (frame.for === "message") this.#courier.refused(frame);
    else this.#changes.refused(frame);
  }

  /** The stored messages, with what this page knows of them. */
  get stored() {
    return this.#claims.entries(this.#log.messages, this.me, (of) => this.#changes.waitsFor(of));
  }

  /** What is still on its way, in order. */
  get unsent() {
    const claimed = this.#claims.keys;
    return this.#courier.items.filter(({ key }) => !claimed.has(key)).map((item) => this.#entryOf(item));
  }

  isMine({ author }) {
    return author !== null && author.username === this.me?.username;
  }

  // What was on the wire when the page was left may stand in the log; sent again, it is accepted as the same.
  #claimInterrupted(n) {
    const stored = this.#courier.items.filter((item) => item.tried && item.n <= n);
    if (stored.length === 0) return;
    for (const message of this.#log.messages) if (this.isMine(message)) this.#claims.arrived(message, stored);
  }

  #entryOf(item) {
    const waits = item.tried ? (this.#courier.isStuck ? "delayed" : "sending") : "queued";
    const state = item.state === "refused" ? "refused" : waits;
    return { ...item, kind: "message", author: this.me, mine: true, state };
  }
}

/**
 * What one person wrote in one place and the server has not yet accepted, in order.
 *
 * An item is `queued` (to be sent), `sent` (on the wire) or `refused` (not sent; the person decides what becomes of it).
 * `tried` is true from the first sending until it is certain that the server does not have it: such an item may be
 * stored already, so it keeps its `n` and cannot be taken back.
 */

export const LIMIT = 50; // messages that may wait: more than anybody types through one outage

export class Outbox {
  #items;
  #last; // the highest n of ours that the server has, as far as this page knows
  #keys = 0;

  constructor(items = []) {
    this.#items = items.map((item) => ({ ...item, key: this.#newKey() }));
    this.interrupted();
    this.#last = (this.#items.find((item) => item.n)?.n ?? 1) - 1;
  }

  get items() {
    return this.#items.map((item) => ({ ...item }));
  }

  get isFull() {
    return this.#items.length >= LIMIT;
  }

  /** Put `text` at the end, with what `more` there is to say about it, unless there is no more room. */
  add(text, sentAt, more = {}) {
    if (this.isFull) return false;
    this.#items.push({ ...more, key: this.#newKey(), n: null, text, sentAt, state: "queued", tried: false });
    this.#number();
    return true;
  }

  /** The items to send now, in order. From here on they count as sent. */
  take() {
    const due = this.#items.filter((item) => item.state === "queued");
    for (const item of due) Object.assign(item, { state: "sent", tried: true });
    return due.map((item) => ({ ...item }));
  }

  /** The server stored `n`; gives the item that was, or undefined. */
  accepted(n) {
    this.#last = Math.max(this.#last, n);
    return this.#remove((item) => item.n === n && item.tried);
  }

  /** One of our messages came in a replay; gives its item if it was still here. */
  replayed(n, text) {
    const item = this.#items.find((each) => each.n === n && each.tried);
    return item?.text === text ? this.accepted(n) : undefined;
  }

  /** The server will never take `n` as it is. Those behind it move up. */
  refused(n, code) {
    this.postponed(n, true);
    const item = this.#items.find((each) => each.n === n);
    if (item) Object.assign(item, { state: "refused", code, n: null });
    this.#number();
  }

  /** The server did not take `n`, and so nothing behind it, but may later. `certain` is false if it may have it after all. */
  postponed(n, certain) {
    for (const item of this.#items) {
      if (item.n >= n && item.state === "sent") Object.assign(item, { state: "queued", tried: !certain });
    }
  }

  /** The connection is gone: whatever was on the wire may be stored or not. */
  interrupted() {
    for (const item of this.#items) if (item.state === "sent") item.state = "queued";
  }

  /**
   * The highest n that the server has of us is `last`, and all it has of us was replayed. What is still here with such
   * an n was not in the log: if the replay was complete it was never stored and goes out anew; else nobody knows.
   */
  settle(last, complete) {
    for (const item of this.#items) {
      if (complete || !item.tried || item.n > last) item.tried = false;
      else Object.assign(item, { state: "refused", code: "unsure", n: null });
    }
    this.#last = last;
    this.#number();
  }

  /**
   * The highest n that the server has of us is `last`, and one that it has it accepts again as the same. So what may be
   * stored goes out again under its n; what is beyond `last` was never stored.
   */
  repeat(last) {
    for (const item of this.#items) if (item.n > last) item.tried = false;
    const first = this.#items.find((item) => item.tried);
    this.#last = first ? first.n - 1 : last;
    this.#number();
  }

  /** Send a refused one again, after all the others. */
  retry(key) {
    const item = this.#remove((each) => each.key === key && each.state === "refused");
    if (!item) return;
    this.#items.push({ ...item, state: "queued", code: null, tried: false });
    this.#number();
  }

  /** Forget one that the server certainly does not have; gives it back, or undefined. */
  takeBack(key) {
    const item = this.#remove((each) => each.key === key && canTakeBack(each));
    this.#number();
    return item;
  }

  // Only what is certainly not stored is ever out of place here, so a number is never used for two stored texts.
  #number() {
    let n = this.#last;
    for (const item of this.#items) if (item.state !== "refused") item.n = n += 1;
  }

  #remove(matches) {
    const place = this.#items.findIndex(matches);
    return place < 0 ? undefined : this.#items.splice(place, 1)[0];
  }

  #newKey() {
    this.#keys += 1;
    return `mine-${this.#keys}`;
  }
}

/** Whether the server certainly does not have this item. */
export function canTakeBack(item) {
  return item.state === "refused" || (item.state === "queued" && !item.tried);
}

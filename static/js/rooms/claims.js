/**
 * Which stored messages are those that were written on this page, so that one that was seen as "sending" becomes "stored"
 * where it stands. Its own `accepted` and everybody's `message` come in either order. No DOM.
 */

export class Claims {
  #keys = new Map(); // seq → key of the item that it was
  #early = new Map(); // seq → accepted, while its `message` is still on the way
  #entries = new WeakMap(); // message → the entry made of it

  /** The server stored `item` at `seq`; `isHere` says whether the log has or will never have its message. */
  accepted(item, seq, sentAt, isHere) {
    for (const [other, key] of this.#keys) if (key === item.key) this.#keys.delete(other); // guessed, and wrong
    this.#keys.set(seq, item.key);
    if (!isHere) this.#early.set(seq, { ...item, seq, sentAt });
  }

  /** A message of ours came. Not accepted yet, it is most likely the first of these `items` that was sent and reads the same. */
  arrived({ seq, text, action }, items) {
    this.#early.delete(seq);
    if (this.#keys.has(seq)) return;
    const claimed = this.keys;
    const isIt = (one) => one.tried && one.text === text && one.action === action && !claimed.has(one.key);
    const item = items.find(isIt);
    if (item) this.#keys.set(seq, item.key);
  }

  /** Up to `end` every message is here that ever will be. */
  settle(end) {
    for (const seq of this.#early.keys()) if (seq <= end) this.#early.delete(seq);
  }

  /** The keys of the items that stand among the stored messages. */
  get keys() {
    return new Set(this.#keys.values());
  }

  /** The entries of `messages`, in order, with those of ours whose message is still on the way; `waits(seq)`: is being changed. */
  entries(messages, me, waits) {
    const early = [...this.#early.values()].map((item) => ({
      ...{ kind: "message", key: item.key, seq: item.seq, author: me, text: item.text, action: item.action },
      ...{ sentAt: item.sentAt, edited: false, deleted: false, mine: true, state: "stored" },
    }));
    const stored = messages.map((message) => this.#entryOf(message, me, waits(message.seq)));
    return early.length ? [...stored, ...early].sort((one, other) => one.seq - other.seq) : stored;
  }

  // The same object as long as nothing changed: the views leave alone what they have shown already.
  #entryOf(message, me, isChanging) {
    const key = this.#keys.get(message.seq) ?? `seq-${message.seq}`;
    const before = this.#entries.get(message);
    if (before?.key === key && before.isChanging === isChanging) return before;
    const mine = message.author !== null && message.author.username === me?.username;
    const entry = { ...message, kind: "message", key, mine, isChanging, state: mine ? "stored" : "theirs" };
    this.#entries.set(message, entry);
    return entry;
  }
}

/** The stored messages of one pair: each once, in the order of `seq`, and none before those in front of it are here. */

export class Log {
  #messages = []; // by seq
  #delivered = 0;
  #recalled = 0;
  #unreached = "stored"; // the state of ours beyond what was delivered

  end = 0; // up to here nothing is missing
  truncated = false; // older messages were no longer kept when this page asked for them

  /** Take in a message; false if it was here already. */
  add(message) {
    const place = this.#placeOf(message.seq);
    if (message.seq <= this.end || this.#messages[place]?.seq === message.seq) return false;
    this.#messages.splice(place, 0, message);
    this.#advance();
    return true;
  }

  /** The message at `seq` was taken back: its place stays, and its text is gone. */
  recall({ seq, mine }) {
    const place = this.#placeOf(seq);
    const known = this.#messages[place]?.seq === seq ? this.#messages[place] : undefined;
    if (known?.recalled) return;
    if (known) this.#messages[place] = { seq, mine: known.mine, recalled: true };
    else if (!this.add({ seq, mine, recalled: true })) return;
    this.#recalled += 1;
  }

  /** How many messages there were, of both people. */
  get count() {
    return this.end - this.#recalled;
  }

  /** Ours with this key, if it can still be taken back: stored, and not delivered. */
  undelivered(key) {
    return this.#messages.find((one) => one.mine && one.key === key && this.#stateOf(one) === "stored");
  }

  /** A replay is over: what it did not bring up to `seq` will never come. */
  resumed(seq, complete) {
    if (!complete) this.truncated = true;
    this.end = Math.max(this.end, seq);
    this.#advance();
  }

  /** Whether a message is here whose predecessor is missing. */
  get hasGap() {
    return (this.#messages.at(-1)?.seq ?? 0) > this.end;
  }

  deliveredUpTo(seq) {
    this.#delivered = Math.max(this.#delivered, seq);
  }

  /** The pair is over. `delivered` is the last word on what reached the partner's screen; null where nobody knows. */
  close(delivered) {
    if (delivered !== null) this.#unreached = "undelivered";
    else if (this.#unreached === "stored") this.#unreached = "unconfirmed";
    this.deliveredUpTo(delivered ?? 0);
  }

  /** What the page shows, each with its state: theirs, stored, delivered, undelivered or unconfirmed. */
  entries() {
    return this.#messages
      .filter((message) => !message.recalled && (message.mine || message.seq <= this.end))
      .map((message) => ({ ...message, state: this.#stateOf(message) }));
  }

  /** The last message of the partner on the page, or 0. */
  get lastOfPartner() {
    return this.#messages.findLast((message) => !message.mine && message.seq <= this.end)?.seq ?? 0;
  }

  #placeOf(seq) {
    const after = this.#messages.findLastIndex((message) => message.seq < seq);
    return after + 1;
  }

  #advance() {
    let place = this.#placeOf(this.end + 1);
    for (; this.#messages[place]?.seq === this.end + 1; place += 1) this.end += 1;
  }

  #stateOf({ mine, seq }) {
    if (!mine) return "theirs";
    return seq <= this.#delivered ? "delivered" : this.#unreached;
  }
}

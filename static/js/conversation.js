/** One pair's conversation on this page: what was said, what is on its way, and how what was missed is asked for. No DOM. */

import { backoff } from "./backoff.js";
import { Courier } from "./courier.js";
import { Log } from "./log.js";
import { clean, make } from "./protocol.js";
import { Recalls } from "./recalls.js";

export class Conversation {
  #log = new Log();
  #courier;
  #recalls;
  #replaying = true; // until the replay is over nobody knows what the server has
  #lastN = null; // our last n, as the server told it with its `welcome`
  #failures = 0;
  #acknowledged = 0;
  #over = false;
  #endedAt = null;

  #heard = {
    accepted: (frame) => this.#accepted(frame),
    message: (frame) => this.#message(frame),
    recalled: (frame) => this.#recalled(frame),
    delivered: ({ seq }) => this.#log.deliveredUpTo(seq),
    resumed: (frame) => this.#resumed(frame),
    error: (frame) => this.#error(frame),
    trouble: ({ active }) => active || this.#recovered(),
    offline: () => this.#interrupted(),
    closed: () => this.#interrupted(),
  };

  /** See courier.js for what is passed in; `since` is when the pair began, in ms of the epoch. */
  constructor({ pair, items, since, send, keep, later, gaveBack = () => {}, now = Date.now, random = Math.random }) {
    Object.assign(this, { pair, since, send, later, now, random });
    const frame = ({ n, text }) => make.message(pair, n, text);
    this.#courier = new Courier({ frame, items, send, keep, later, random });
    this.#recalls = new Recalls({ pair, send, gaveBack });
  }

  /** The server placed us in this pair, anew or again: `n` is our last, `replay` whether there may be something to read. */
  begin(n, replay) {
    this.#failures = this.#acknowledged = 0;
    if (replay) {
      this.#replay(n);
    } else {
      this.#replaying = false;
      this.#courier.release(n, true);
    }
  }

  /** A frame of the server or an event of the connection; those of other matters change nothing here. */
  hear(event) {
    this.#heard[event.type]?.(event);
  }

  /** Say `typed`; false if too many messages wait already. */
  say(typed) {
    return this.#courier.add(clean(typed), new Date(this.now()).toISOString());
  }

  retry(key) {
    this.#courier.retry(key);
  }

  /** The text of the message that was taken back; of one that is stored the server decides, and `gaveBack` hears of it. */
  takeBack(key) {
    const stored = this.#log.undelivered(key);
    if (!stored) return this.#courier.takeBack(key)?.text;
    this.#recalls.ask(stored);
    return undefined;
  }

  /** All that is here is on a visible screen: tell the partner how far that is. */
  seen() {
    const seq = this.#log.lastOfPartner;
    if (seq <= this.#acknowledged || this.#over) return;
    if (this.send(make.received(this.pair, seq))) this.#acknowledged = seq;
  }

  /** The pair is over. `delivered` is the last of ours that reached the partner's screen; null where nobody knows. */
  end(delivered) {
    this.#over = true;
    this.#endedAt ??= this.now();
    this.#courier.hold();
    this.#log.close(delivered);
  }

  /** What to show, in order: the stored messages, then what is still on its way. */
  entries() {
    const unsent = this.#courier.items.map((item) => ({ ...item, mine: true, state: this.#stateOf(item) }));
    return [...this.#log.entries(), ...unsent];
  }

  /** What there was: `{ms, messages}`, both people's; null while it goes on. */
  get receipt() {
    if (!this.#over) return null;
    return { ms: Math.max(0, this.#endedAt - this.since), messages: this.#log.count };
  }

  /** Whether older messages may still come in. */
  get isReplaying() {
    return this.#replaying;
  }

  /** Whether older messages are gone for good. */
  get isTruncated() {
    return this.#log.truncated;
  }

  #interrupted() {
    this.#replaying = true;
    this.#courier.hold();
  }

  #accepted({ n, seq, sent_at: sentAt }) {
    const item = this.#courier.accepted(n);
    if (item) this.#add({ seq, n, mine: true, text: item.text, sentAt, key: item.key });
  }

  #message({ seq, n, mine, text, sent_at: sentAt }) {
    const item = mine ? this.#courier.replayed(n, text) : undefined;
    this.#add({ seq, n, mine, text, sentAt, key: item?.key ?? `seq-${seq}` });
  }

  #recalled({ seq, n, mine }) {
    if (mine) this.#courier.accepted(n);
    this.#log.recall({ seq, mine });
    if (mine) this.#recalls.done(n);
    this.#fillGap();
  }

  #add(message) {
    this.#log.add(message);
    this.#fillGap();
  }

  #fillGap() {
    if (this.#log.hasGap && !this.#replaying) this.#replay(null);
  }

  #resumed({ seq, complete }) {
    this.#log.resumed(seq, complete);
    this.#failures = 0;
    this.#replaying = false;
    if (!this.#over && this.#lastN !== null) this.#courier.release(this.#lastN, complete);
    this.#lastN = null;
    if (!this.#over) this.#recalls.askAgain();
    if (this.#log.hasGap) this.#replay(null);
  }

  #error(frame) {
    if (frame.for === "resume" && this.#replaying) this.#askLater();
    if (frame.for === "received" && frame.code === "unavailable") this.#askLater();
    if (frame.for === "recall") this.#recalls.refused(frame);
    if (frame.for !== "message") return;
    if (frame.expected > frame.n) this.#replay(frame.expected - 1); // it has more of ours than this page knows
    else this.#courier.refused(frame);
  }

  // With `lastN` our own messages wait for the end of the replay too; a mere gap does not stop them.
  #replay(lastN) {
    if (lastN !== null) this.#courier.hold();
    this.#lastN = lastN ?? this.#lastN;
    this.#replaying = true;
    this.send(make.resume(this.pair, this.#log.end));
  }

  #askLater() {
    this.#failures += 1;
    this.later(backoff(this.#failures, this.random), () => {
      this.#acknowledged = 0;
      if (this.#replaying) this.send(make.resume(this.pair, this.#log.end));
    });
  }

  #recovered() {
    this.#acknowledged = 0;
    if (this.#replaying) this.send(make.resume(this.pair, this.#log.end));
    this.#courier.hurry();
  }

  #stateOf({ state, tried }) {
    if (this.#over) return tried ? "unconfirmed" : "unsent";
    if (state === "refused") return "refused";
    return tried ? "sending" : "queued";
  }
}

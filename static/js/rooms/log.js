/** What was said in one room, as far as this page has it: each message once, by `seq`, as it reads now. No DOM. */

import { calledAnew } from "./naming.js";

export class RoomLog {
  #messages = []; // by seq
  #ahead = new Set(); // what happened beyond a gap and is here already
  #changes = new Map(); // of → what became of a message that is not here: an older page may be on its way with its old text

  end = 0; // up to here nothing that happened is missing
  more = false; // whether the server has older messages

  /** Begin with the last messages of a log that ends at `seq`; whatever was here goes. */
  begin(seq, messages, more) {
    Object.assign(this, { end: seq, more });
    this.#messages = [];
    this.#ahead.clear();
    this.#changes.clear();
    for (const message of messages) this.#put(message);
  }

  /** A message; false if it was here already. */
  add(message) {
    if (!this.#isNews(message.seq)) return false;
    this.#put(message);
    return true;
  }

  /** Message `of` reads like this now. */
  edit({ seq, of, text }) {
    if (this.#isNews(seq)) this.#change(of, { text, edited: true });
  }

  /** Message `of` has lost its text. */
  delete({ seq, of }) {
    if (this.#isNews(seq)) this.#change(of, { text: "", deleted: true });
  }

  /** These people are called so now. */
  called(people) {
    this.#messages = calledAnew(this.#messages, people);
  }

  /** A replay is over: what it did not bring up to `seq` needs no bringing. Without the rest, what is older leaves a hole. */
  resumed(seq, complete) {
    if (!complete) this.#forgetUpTo(this.end);
    this.#advance(Math.max(this.end, seq));
  }

  /** A page of older messages. */
  addOlder(messages, more) {
    for (const message of messages) this.#put(message);
    this.more = more;
  }

  /** Let the oldest go, so that `most` stay. */
  trim(most) {
    if (this.#messages.length > most) this.#forgetUpTo(this.#messages[this.#messages.length - most - 1].seq);
  }

  /** Whether something happened that this page has, but not what was before it. */
  get hasGap() {
    return this.#ahead.size > 0;
  }

  /** The seq of the oldest message here; where there is none, the one after the log's end. */
  get start() {
    return this.#messages[0]?.seq ?? this.end + 1;
  }

  get(seq) {
    const message = this.#messages[this.#placeOf(seq)];
    return message?.seq === seq ? message : undefined;
  }

  /** The messages in order. An object is never changed: whoever keeps one sees by identity whether it still reads so. */
  get messages() {
    return this.#messages;
  }

  #isNews(seq) {
    if (seq <= this.end || this.#ahead.has(seq)) return false;
    this.#ahead.add(seq);
    this.#advance(this.end);
    return true;
  }

  #advance(end) {
    this.end = end;
    while (this.#ahead.delete(this.end + 1)) this.end += 1;
    for (const seq of this.#ahead) if (seq <= this.end) this.#ahead.delete(seq);
  }

  #put(message) {
    const place = this.#placeOf(message.seq);
    const isHere = this.#messages[place]?.seq === message.seq;
    const change = this.#changes.get(message.seq);
    this.#changes.delete(message.seq);
    this.#messages.splice(place, isHere ? 1 : 0, changed(message, change));
  }

  #change(of, change) {
    const place = this.#placeOf(of);
    const known = this.#messages[place];
    if (known?.seq === of) this.#messages[place] = changed(known, change);
    else this.#changes.set(of, { ...this.#changes.get(of), ...change });
  }

  #forgetUpTo(seq) {
    const left = this.#messages.filter((message) => message.seq > seq);
    this.more ||= left.length < this.#messages.length;
    this.#messages = left;
  }

  #placeOf(seq) {
    return this.#messages.findLastIndex((message) => message.seq < seq) + 1;
  }
}

// What was deleted stays so, whatever else is told of it.
function changed(message, change) {
  return !change || message.deleted ? message : { ...message, ...change };
}

/** What no log keeps: whispers, who came and went, answers to commands. Each stands where it came in between the messages. No DOM. */

import { came, isNothing, NONE, renamed, went } from "./comings.js";
import { calledAnew } from "./naming.js";

const MOST = 300; // of them on the page

export class Lines {
  #lines = []; // in order of coming; `after` is the seq that they stand behind
  #keys = 0;

  constructor(now = Date.now) {
    this.now = now;
  }

  /** `line` is `{kind, …}`. */
  add(line, after) {
    this.#lines = [...this.#lines, { sentAt: this.#time(), ...line, key: this.#newKey(), after }].slice(-MOST);
  }

  came(people, after) {
    this.#gather((comings) => came(comings, people), people.length > 0, after);
  }

  went(people, after) {
    this.#gather((comings) => went(comings, people), people.length > 0, after);
  }

  renamed(change, after) {
    this.#gather((comings) => renamed(comings, change), true, after);
  }

  /** These people are called so now. */
  called(people) {
    this.#lines = calledAnew(this.#lines, people);
  }

  /** What stands above message `seq` goes, as the messages there did. */
  forgetBefore(seq) {
    this.#lines = this.#lines.filter((line) => line.after >= seq);
  }

  /** `entries`, which are messages by seq, with the lines at their places. */
  between(entries) {
    const merged = [];
    let next = 0;
    for (const entry of entries) {
      for (; this.#lines[next]?.after < entry.seq; next += 1) merged.push(this.#lines[next]);
      merged.push(entry);
    }
    return [...merged, ...this.#lines.slice(next)];
  }

  // With nothing said in between, all comings and goings are one line.
  #gather(change, isAny, after) {
    if (!isAny) return;
    const last = this.#lines.at(-1);
    const isSame = last?.kind === "comings" && last.after === after;
    const comings = change(isSame ? last.comings : NONE);
    const others = isSame ? this.#lines.slice(0, -1) : this.#lines;
    const line = { sentAt: this.#time(), key: this.#newKey(), after, ...(isSame && last), kind: "comings", comings };
    this.#lines = (isNothing(comings) ? others : [...others, line]).slice(-MOST);
  }

  #time() {
    return new Date(this.now()).toISOString();
  }

  #newKey() {
    this.#keys += 1;
    return `line-${this.#keys}`;
  }
}

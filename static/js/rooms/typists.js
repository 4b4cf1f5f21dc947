/** Who in the room is typing: believed of each only for a while. No DOM. */

import { TypingHint } from "../typing.js";

export class Typists {
  #clock;
  #changed;
  #hints = new Map(); // by user name
  #people = new Map(); // who is typing now, in the order in which they began

  /** `changed(people)` shows who is typing. */
  constructor(changed, clock) {
    this.#changed = changed;
    this.#clock = clock;
  }

  /** An event of somebody else, or of the connection. */
  hear({ type, person, author, people, active }) {
    if (type === "typing") this.heard(person, active);
    if (type === "message" && author) this.stopped(author);
    if (type === "exited") people.forEach((one) => this.stopped(one));
    if (type === "offline" || type === "closed") this.forget();
  }

  heard(person, active) {
    if (!active && !this.#people.has(person.username)) return;
    this.#hintOf(person).heard(active);
  }

  /** They said something, or went: they type no more. */
  stopped(person) {
    this.heard(person, false);
  }

  forget() {
    for (const person of [...this.#people.values()]) this.stopped(person);
  }

  #hintOf(person) {
    const { username } = person;
    if (!this.#hints.has(username)) {
      this.#hints.set(username, new TypingHint((active) => this.#tell(person, active), this.#clock));
    }
    return this.#hints.get(username);
  }

  #tell(person, active) {
    if (this.#people.has(person.username) === active) return;
    if (active) {
      this.#people.set(person.username, person);
    } else {
      this.#people.delete(person.username);
      this.#hints.delete(person.username);
    }
    this.#changed([...this.#people.values()]);
  }
}

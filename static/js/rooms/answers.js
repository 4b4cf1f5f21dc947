/**
 * What becomes of a line that is no message: a command or a whisper. The server answers it with a frame that may come for
 * other reasons too, or refuses it; then what was typed goes back to where it was typed. No DOM.
 */

const TYPES = ["command", "whisper"];
const ANSWERS = ["whisper", "renamed", "invited", "commands", "announcement", "notice"]; // it was done, as far as one can tell

export class Answers {
  #typed = null;

  /** `refused(typed, refusal)` hears of the last line, if it was refused. */
  constructor(refused) {
    this.refused = refused;
  }

  expect(typed) {
    this.#typed = typed;
  }

  /** The line to show for `event`, or null. */
  hear({ type, ...event }) {
    if (type === "error" && TYPES.includes(event.for) && this.#typed !== null) this.#giveBack(event);
    if (ANSWERS.includes(type)) this.#typed = null;
    if (type === "commands") return { kind: "commands", commands: event.commands };
    if (type === "invited") return { kind: "invited", person: event.person };
    if (type === "members" && this.#typed?.startsWith("/")) return this.#people(event);
    return null;
  }

  #people({ members, online }) {
    this.#typed = null;
    return { kind: "people", people: members, online };
  }

  #giveBack(refusal) {
    const typed = this.#typed;
    this.#typed = null;
    this.refused(typed, refusal);
  }
}

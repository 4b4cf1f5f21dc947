/** What becomes of what somebody types in a room: a message, an edit, or a line that goes at once or not at all. No DOM. */

import { Answers } from "./answers.js";
import { make } from "./protocol.js";
import { meaning } from "./typed.js";

export class Writing {
  #answers;

  /**
   * `send(frame)` tells whether it went out; `conversation()` and `commands()` give what there is now; `refused(text,
   * refusal)` hears of a command or whisper that was refused or lost; `teller` tells others that somebody is typing.
   */
  constructor({ send, conversation, commands, refused, teller, mayTell, now }) {
    Object.assign(this, { send, conversation, commands, teller, mayTell });
    this.#answers = new Answers(refused, now);
  }

  /** As a composer wants it: true, false for want of room, or the id of the sentence that says why not. */
  say(text) {
    const { say: words, action, command } = meaning(text, this.commands());
    if (command) return this.#tell(command, make.command(command));
    this.teller.forget();
    return this.conversation().say(words, action);
  }

  // Refused, it comes back as a line that can never be said to everybody by mistake.
  whisper(to, text) {
    return this.#tell(`/msg ${to} ${text}`, make.whisper(to, text));
  }

  edit(of, text) {
    this.conversation().outgoing.edit(of, text);
    return true;
  }

  /** Who is here? The answer is for the list of people alone. */
  askForEverybody() {
    if (this.send(make.members())) this.#answers.expect(null, "members");
  }

  /** Nobody is told that a command is typed, a whisper or an edit: then there is a `mode`. */
  typed(text, mode) {
    if (text.trim() === "" || text.startsWith("/") || mode || !this.mayTell()) this.teller.stopped();
    else this.teller.typed();
  }

  /** Whoever typed it goes out: nothing comes back to them. */
  forget() {
    this.#answers.forget();
  }

  hear(event) {
    const line = this.#answers.hear(event);
    if (line) this.conversation().note(line);
  }

  // What is not stored cannot wait: it goes at once, or stays in the field.
  #tell(typed, frame) {
    if (!this.send(frame)) return "not_connected";
    this.#answers.expect(typed, frame.type);
    this.teller.stopped();
    return true;
  }
}

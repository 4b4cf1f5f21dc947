/**
 * What becomes of a line that is no message: a command or a whisper. The server answers it with a frame that may come for
 * other reasons too, or refuses it; then what was typed goes back to where it was typed. So it does when the line to the
 * server is lost before an answer: what is not stored is not sent again by itself. No DOM.
 */

const PATIENCE = 30_000; // ms: a dead line is found sooner, so what nobody refused by then was done

const BY_COMMAND = {
  users: "members",
  help: "commands",
  msg: "whisper",
  name: "renamed",
  invite: "invited",
  announce: "announcement",
  shutdown: "notice",
};

const LINES = {
  commands: ({ commands }) => ({ kind: "commands", commands }),
  invited: ({ person }) => ({ kind: "invited", person }),
  members: ({ members, online }, answered) => (answered?.typed ? { kind: "people", people: members, online } : null),
};

export class Answers {
  #waiting = []; // {typed, type, answer, since}, in the order of sending, which is the order of refusals
  #me = null; // user name

  /** `refused(typed, refusal)` hears of each line that was refused or lost, the oldest first. */
  constructor(refused, now = Date.now) {
    Object.assign(this, { refused, now });
  }

  /** A frame of this `type` went out. `typed` is null where nobody typed it: then nothing is given back or shown. */
  expect(typed, type) {
    const answer = type === "command" ? BY_COMMAND[/^\/(\w+)/.exec(typed)?.[1].toLowerCase()] : type;
    this.#waiting.push({ typed, type, answer, since: this.now() });
  }

  /** Wait for nothing any more, and give nothing back. */
  forget() {
    this.#waiting = [];
  }

  /** The line to show for `event`, or null. */
  hear(event) {
    const eldest = this.now() - PATIENCE;
    this.#waiting = this.#waiting.filter(({ since }) => since >= eldest);
    if (event.type === "welcome") this.#me = event.user.username;
    if (event.type === "error") this.#giveBack(this.#take(({ type }) => type === event.for), event);
    if (event.type === "offline" || event.type === "closed") this.#lost();
    const answered = this.#take(({ typed, answer }) => answer === event.type && this.#isAnswer(event, typed));
    return LINES[event.type]?.(event, answered) ?? null;
  }

  // Everybody's whispers, names and announcements come by here.
  #isAnswer({ type, sender, username, text }, typed) {
    if (type === "whisper") return sender.username === this.#me && typed.endsWith(text);
    if (type === "renamed") return username === this.#me;
    return type !== "announcement" || typed.endsWith(text);
  }

  #lost() {
    const lost = this.#waiting;
    this.forget();
    for (const line of lost) this.#giveBack(line, { code: "perhaps_unsent", message: "" });
  }

  #giveBack(line, refusal) {
    if (line && line.typed !== null) this.refused(line.typed, refusal);
  }

  #take(matches) {
    const place = this.#waiting.findIndex(matches);
    return place < 0 ? undefined : this.#waiting.splice(place, 1)[0];
  }
}

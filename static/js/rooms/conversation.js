/** What is said in one room, on this page: the log, what of ours is on its way, and the lines that no log keeps. No DOM. */

import { CatchUp } from "./catch-up.js";
import { Lines } from "./lines.js";
import { RoomLog } from "./log.js";
import { Outgoing } from "./outgoing.js";
import { make } from "./protocol.js";

const MOST = 400; // messages on the page: older ones can be read again
const SPARE = 100; // so many more before the oldest go, all at once

export class RoomConversation {
  #log = new RoomLog();
  #lines;
  #catchUp;
  #asksOlder = false;

  heard = 0; // what others said since the page was opened

  #hear = {
    welcome: (frame) => this.#welcome(frame),
    accepted: (frame) => this.outgoing.accepted(frame),
    message: (frame) => this.#message(frame),
    edited: (frame) => this.#changed(frame, () => this.#log.edit(frame)),
    deleted: (frame) => this.#changed(frame, () => this.#log.delete(frame)),
    resumed: (frame) => this.#resumed(frame),
    history: (frame) => this.#history(frame),
    whisper: (frame) => this.#whisper(frame),
    announcement: ({ text, sent_at: sentAt }) => this.note({ kind: "announcement", text, sentAt }),
    entered: ({ people }) => this.#lines.came(this.#others(people), this.#last),
    exited: ({ people }) => this.#lines.went(this.#others(people), this.#last),
    renamed: (frame) => this.#renamed(frame),
    error: (frame) => this.#error(frame),
    offline: () => this.#interrupted(),
    closed: () => this.#interrupted(),
  };

  /** See courier.js and outgoing.js for what is passed in. */
  constructor({ items, send, keep, later, gaveBack = () => {}, now = Date.now, random = Math.random }) {
    this.send = send;
    this.#lines = new Lines(now);
    this.#catchUp = new CatchUp(this.#log, { send, later, random });
    this.outgoing = new Outgoing(this.#log, { items, send, keep, later, gaveBack, now, random });
  }

  /** A frame of the server or an event of the connection; those of other matters change nothing here. */
  hear(event) {
    this.#hear[event.type]?.(event);
  }

  /** Say `typed`, or do it, as in "/me waves"; false if too many messages wait already. */
  say(typed, action = false) {
    return this.outgoing.say(typed, action);
  }

  /** Ask for the page before the oldest message here. */
  readOlder() {
    if (!this.hasOlder || this.#asksOlder) return;
    this.#asksOlder = this.send(make.history(this.#log.start));
  }

  /** Show a line here that no log keeps, such as the answer to a command. */
  note(line) {
    this.#lines.add(line, this.#last);
  }

  /** Whoever reads the end needs no thousands of messages above it. */
  trim() {
    if (this.#log.messages.length <= MOST + SPARE) return;
    this.#log.trim(MOST);
    this.#forgetOldLines();
  }

  /** What to show, in order: stored messages and lines as they came, then what is still on its way. */
  entries() {
    return [...this.#lines.between(this.outgoing.stored), ...this.outgoing.unsent];
  }

  /** The last message of ours that can be edited, if there is one. */
  get lastOwn() {
    return this.#log.messages.findLast((one) => this.outgoing.isMine(one) && !one.deleted);
  }

  get(seq) {
    return this.#log.get(seq);
  }

  get hasOlder() {
    return this.#log.more;
  }

  get isAskingOlder() {
    return this.#asksOlder;
  }

  /** Whether messages may still come in that others have already. */
  get isReplaying() {
    return this.#catchUp.isGoingOn;
  }

  #welcome({ user, seq, n, messages, more, members }) {
    this.outgoing.me = user;
    this.#asksOlder = false;
    if (this.#catchUp.welcomed(seq)) this.#log.begin(seq, messages.map(known), more);
    this.#forgetOldLines();
    this.#called([...members, user]);
    this.outgoing.release(n);
  }

  #message(frame) {
    const message = known(frame);
    if (!this.#log.add(message)) return;
    if (this.outgoing.isMine(message)) this.outgoing.arrived(message);
    else this.heard += 1;
    this.#catchUp.fillGap();
  }

  #changed(frame, apply) {
    apply();
    this.outgoing.changed(frame);
    this.#catchUp.fillGap();
  }

  #resumed(frame) {
    this.#catchUp.resumed(frame);
    this.outgoing.settle();
    this.#forgetOldLines();
  }

  #history({ before, messages, more }) {
    this.#asksOlder = false;
    if (before === this.#log.start) this.#log.addOlder(messages.map(known), more);
  }

  #whisper({ sender, to, text, sent_at: sentAt }) {
    const mine = this.outgoing.isMine({ author: sender });
    if (!mine) this.heard += 1;
    this.note({ kind: "whisper", author: sender, to, mine, text, sentAt });
  }

  #renamed(frame) {
    this.#called([{ username: frame.username, name: frame.name }]);
    this.#lines.renamed(frame, this.#last);
  }

  #called(people) {
    this.#log.called(people);
    this.#lines.called(people);
    this.outgoing.me = people.find((person) => this.outgoing.isMine({ author: person })) ?? this.outgoing.me;
  }

  #error(frame) {
    if (["message", "edit", "delete"].includes(frame.for)) this.outgoing.refused(frame);
    if (frame.for === "history") this.#asksOlder = false;
    if (frame.for === "resume") this.#catchUp.refused();
  }

  #interrupted() {
    this.#asksOlder = false;
    this.outgoing.hold();
  }

  // What stood above messages that are gone from the page stands nowhere.
  #forgetOldLines() {
    if (this.#log.more) this.#lines.forgetBefore(this.#log.start);
  }

  #others(people) {
    return people.filter((person) => !this.outgoing.isMine({ author: person }));
  }

  get #last() {
    return Math.max(this.#log.end, this.#log.messages.at(-1)?.seq ?? 0);
  }
}

function known({ seq, author, text, action, sent_at: sentAt, edited, deleted }) {
  return { seq, author, text, action, sentAt, edited, deleted };
}

/** Stand-ins for the browser: a clock that is moved by hand and sockets whose other end is the test. */

export class FakeClock {
  now = 0;
  #timers = new Map();
  #ids = 0;

  setTimeout = (action, delay) => {
    this.#ids += 1;
    this.#timers.set(this.#ids, { action, at: this.now + delay });
    return this.#ids;
  };

  clearTimeout = (id) => this.#timers.delete(id);

  /** The way a conversation wants its timer: gives the function that stops it. */
  later = (delay, action) => {
    const id = this.setTimeout(action, delay);
    return () => this.clearTimeout(id);
  };

  get pending() {
    return this.#timers.size;
  }

  pass(ms) {
    const until = this.now + ms;
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#timers.delete(next.id);
      this.now = next.at;
      next.action();
    }
    this.now = until;
  }

  #next(until) {
    const due = [...this.#timers].filter(([, timer]) => timer.at <= until).sort(([, a], [, b]) => a.at - b.at);
    return due.length ? { id: due[0][0], ...due[0][1] } : null;
  }
}

/** A class of WebSocket whose sockets are collected in `FakeSocket.all`. */
export function fakeSockets() {
  return class FakeSocket {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSED = 3;
    static all = [];

    readyState = 0;
    sent = [];

    constructor(url) {
      this.url = url;
      FakeSocket.all.push(this);
    }

    static get last() {
      return FakeSocket.all.at(-1);
    }

    send(data) {
      this.sent.push(JSON.parse(data));
    }

    close() {
      this.readyState = 3;
    }

    // What the server's end does

    accept() {
      this.readyState = 1;
      this.onopen?.({});
    }

    say(frame) {
      this.onmessage?.({ data: JSON.stringify(frame) });
    }

    end(code = 1006) {
      this.readyState = 3;
      this.onclose?.({ code });
    }
  };
}

/** What a browser keeps, in this tab or for longer. */
export class FakeArea extends Map {
  getItem = (name) => this.get(name) ?? null;
  setItem = (name, value) => this.set(name, value);
  removeItem = (name) => this.delete(name);
}

export const SENT_AT = "2026-01-31T09:26:53.589Z";
export const ALICE = { username: "alice", name: "Alice" };
export const BOB = { username: "bob", name: "Bob" };
export const TOKEN = "00112233445566778899aabbccddeeff";

/** A pair as the server describes it to its host, Alice. */
export function aPair(change = {}) {
  return { id: "p1", role: "host", partner: BOB, present: true, seq: 0, n: 0, ...change };
}

export function aWelcome(pair = null) {
  const limits = { text: 8000, frame: 65536, hold: 30 };
  return { type: "welcome", version: 1, user: ALICE, token: TOKEN, limits, pair, door: { ask_first: false, do_not_disturb: false } };
}

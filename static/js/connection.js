/**
 * The one owner of the WebSocket: opens it, keeps it alive, opens it again. Knows no page.
 *
 * Says what happens through `onEvent`: every frame of the server but `pong` and `closing`, and three events of its own:
 * `connecting`; `offline {retry, reason}`, `retry` in seconds and `reason` the server's or null; `closed {reason}`, for good.
 */

import { backoff } from "./backoff.js";
import { make, parse as parsePairs } from "./protocol.js";

export const PING_AFTER = 15_000; // ms of silence
export const DEAD_AFTER = 10_000; // ms without any traffic after a ping: a half-open line is found within 25 s
export const PROBE_WITHIN = 5_000; // ms for an answer after the tab woke or the network changed
export const FIRST_FRAME_WITHIN = 10_000; // ms for the handshake and `welcome`
export const STEADY_AFTER = 5_000; // ms a line must stand before its next loss counts as the first again

// Close codes after which there is no coming back, should the frame that explains them be lost.
const FOR_GOOD = { 4401: "logged_out", 4403: "removed", 4404: "no_room", 4409: "replaced", 4410: "closed" };

export class Connection {
  #socket = null;
  #attempt = 0;
  #alarm = null; // next ping, or the moment a silent line is given up
  #steady = null;
  #retry = null;
  #patient = false; // the server named the wait: no event of the page shortens it
  #stopped = true;

  /** `parse(data)` gives the frame of this kind of chat's protocol, or null. */
  constructor({ url, onEvent, WebSocket, setTimeout, clearTimeout, parse = parsePairs, random = Math.random }) {
    Object.assign(this, { url, onEvent, WebSocket, setTimeout, clearTimeout, parse, random });
  }

  /** Connect now, whatever was before. */
  open() {
    this.#hangUp();
    this.#stopped = this.#patient = false;
    this.#attempt += 1;
    this.onEvent({ type: "connecting" });
    this.#listen(new this.WebSocket(this.url));
    this.#expectTraffic(FIRST_FRAME_WITHIN);
  }

  /** Whether `frame` went out. */
  send(frame) {
    if (this.#socket?.readyState !== this.WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** The network returned or the tab woke: connect at once, or make sure that the line still stands. */
  wake() {
    if (this.#stopped) return;
    if (this.#retry) {
      if (!this.#patient) this.open();
    } else if (this.send(make.ping())) {
      this.#expectTraffic(PROBE_WITHIN);
    }
  }

  /** Whether it is open or will try again by itself. */
  get isAwake() {
    return !this.#stopped;
  }

  /** The page is put away: close without a word. `open` starts again. */
  close() {
    this.#hangUp();
    this.#stopped = true;
  }

  /** Give this line up and try another one. */
  drop() {
    if (!this.#stopped) this.#lost();
  }

  #listen(socket) {
    this.#socket = socket;
    socket.onopen = () => {
      this.#steady = this.setTimeout(() => (this.#attempt = 0), STEADY_AFTER);
    };
    socket.onmessage = ({ data }) => this.#hear(this.parse(data));
    socket.onclose = ({ code }) => (FOR_GOOD[code] ? this.#stop(FOR_GOOD[code]) : this.#lost());
  }

  #hear(frame) {
    this.#setAlarm(PING_AFTER, () => {
      this.send(make.ping());
      this.#expectTraffic(DEAD_AFTER);
    });
    if (frame === null || frame.type === "pong") return;
    if (frame.type === "closing") this.#obey(frame);
    else this.onEvent(frame);
  }

  #obey({ reason, retry }) {
    if (typeof retry !== "number") this.#stop(reason);
    else this.#lost(retry * 1000, reason);
  }

  #expectTraffic(within) {
    this.#setAlarm(within, () => this.#lost());
  }

  #setAlarm(delay, ring) {
    this.clearTimeout(this.#alarm);
    this.#alarm = this.setTimeout(ring, delay);
  }

  #lost(told = null, reason = null) {
    this.#hangUp();
    const delay = told ?? backoff(Math.max(this.#attempt, 1), this.random);
    this.#patient = told !== null;
    this.#retry = this.setTimeout(() => this.open(), delay);
    this.onEvent({ type: "offline", retry: delay / 1000, reason });
  }

  #stop(reason) {
    this.close();
    this.onEvent({ type: "closed", reason });
  }

  #hangUp() {
    for (const timer of [this.#alarm, this.#steady, this.#retry]) this.clearTimeout(timer);
    this.#alarm = this.#steady = this.#retry = null;
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }
}

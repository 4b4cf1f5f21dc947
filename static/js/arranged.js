/**
 * A pair that was arranged in a room: one said yes to the other, and both come to the private chat, the guest with a token
 * that is theirs alone. It joins by itself, again while the partner's page is on its way. No DOM.
 */

import { make } from "./protocol.js";

export const PATIENCE = 15_000; // ms: a page on a slow line is there by then
const TRY_AFTER = [500, 1_000, 1_500, 2_000, 3_000, 3_500, 3_500]; // ms, as long as the partner is not here
// What a refusal means where the partner has just said yes.
const MEANS = { partner_offline: "arranged_gone", room_full: "arranged_full" };

export class Arranged {
  #pair = null; // {role, partner, token, until}
  #deadline = 0;
  #tries = 0;
  #stop = null;

  /** `send(frame)`, `later(ms, action)` gives the function that stops it; `over()` hears that nobody waits any more. */
  constructor({ storage, send, later, over, now = Date.now }) {
    Object.assign(this, { storage, send, later, over, now });
  }

  /** Pick up what the room's page left here; gives the token to join with, if this is the guest's page. */
  begin() {
    const kept = this.storage.arranged();
    if (!kept || kept.until < this.now()) return this.#end();
    this.#pair = kept;
    this.#deadline = this.now() + PATIENCE;
    if (kept.role === "host") this.#stop = this.later(PATIENCE, () => this.#giveUp());
    return kept.token;
  }

  /** The event as the page shall hear it, or null where it is not to be told yet. */
  pass(event) {
    if (!this.#pair) return event;
    if (event.type === "joined" || event.type === "leave" || event.type === "withdraw") this.#end();
    if (event.type !== "error" || event.for !== "join") return event;
    if (event.code === "partner_offline" && this.now() < this.#deadline) return this.#tryAgain();
    this.#end();
    return event.code in MEANS ? { ...event, code: MEANS[event.code], notified: false } : event;
  }

  /** What to say of it where `state` (of pair.js) has nothing better to say, or null. */
  standing({ at, line, refusal, asks }) {
    const isWaiting = at === "joining" || (at === "waiting" && !refusal && asks.length === 0);
    if (!this.#pair || !isWaiting || line !== "open") return null;
    const id = this.#pair.role === "host" ? "arranged_host" : "arranged";
    return { tone: "busy", says: [id, { name: this.#pair.partner.name }] };
  }

  #tryAgain() {
    const delay = TRY_AFTER[Math.min(this.#tries, TRY_AFTER.length - 1)];
    this.#tries += 1;
    this.#stop?.();
    this.#stop = this.later(delay, () => this.send(make.join(this.#pair.token)));
    return null;
  }

  #giveUp() {
    this.#end();
    this.over();
  }

  #end() {
    this.#stop?.();
    this.#stop = this.#pair = null;
    this.storage.forgetArranged();
    return null;
  }
}

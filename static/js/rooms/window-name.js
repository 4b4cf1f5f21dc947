/**
 * The name of this window, by which the server keeps its count of messages. It outlives a refresh, and no two windows have
 * the same: a duplicated tab begins with a copy of what the first one kept, so whoever holds the lock of a name has it.
 */

import { Kept } from "../kept.js";

const NAME = "tandem.window";
const PATIENCE = 1_000; // ms: the page before a refresh gives the name back within that

/** A name that nobody else has thought of. */
export function newName(random = crypto) {
  return [...random.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class WindowName {
  #kept;
  #release = null;

  /** `locks` is the browser's, or undefined where it has none: then what is kept is believed. */
  constructor({ area, locks, newName, patience = PATIENCE }) {
    this.#kept = new Kept(area);
    Object.assign(this, { locks, newName, patience });
  }

  /** Gives `{name, isNew}`: a new name has no past at the server. */
  async claim() {
    const kept = this.#kept.read(NAME);
    if (kept && (await this.#lock(kept))) return { name: kept, isNew: false };
    const name = this.newName();
    this.#kept.write(NAME, name);
    await this.#lock(name);
    return { name, isNew: true };
  }

  /** The page is put away. */
  release() {
    this.#release?.();
    this.#release = null;
  }

  #lock(name) {
    if (!this.locks) return true;
    return new Promise((answer) => {
      const signal = AbortSignal.timeout(this.patience);
      const hold = () => new Promise((release) => {
        this.#release = release;
        answer(true);
      });
      this.locks.request(`${NAME}.${name}`, { signal }, hold).catch(() => answer(false));
    });
  }
}

/** What a refresh must not lose of one room, kept in this tab only: what waits to be sent, and what is being written. */

import { Kept } from "../kept.js";

export class RoomStorage {
  #kept;

  constructor(area, slug, user) {
    this.#kept = new Kept(area);
    Object.assign(this, { name: `tandem.room.${slug}`, user });
  }

  /** `{draft, items}` of this user; what somebody else left here goes. */
  recover() {
    const kept = this.#kept.read(this.name);
    if (kept?.user === this.user) return { draft: kept.draft ?? "", items: kept.items ?? [] };
    this.forget();
    return { draft: "", items: [] };
  }

  keep(change) {
    this.#kept.write(this.name, { ...this.recover(), ...change, user: this.user });
  }

  forget() {
    this.#kept.remove(this.name);
  }
}

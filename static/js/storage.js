/**
 * What a refresh must not lose, kept in this tab only: the unsent messages and the draft of the one pair of this page,
 * an invitation on its way through sign-up, and a pair that was arranged in a room. What was sent lives at the server, and what is over lives nowhere.
 */

import { Kept } from "./kept.js";

const PAIR = "tandem.pair";
const INVITATION = "tandem.invitation";
const ARRANGED = "tandem.arranged";

export class Storage {
  #kept;

  constructor(area) {
    this.#kept = new Kept(area);
  }

  /** `{id, user, partner, since, draft, items}` of the pair this page was in, or null. */
  pair() {
    return this.#kept.read(PAIR);
  }

  /** Begin to keep `pair` of `user`, `since` ms of the epoch unless it was kept before; what was kept of another one goes. */
  beginPair(pair, user, since) {
    const kept = this.pair();
    const same = kept?.id === pair.id && kept.user === user;
    this.#kept.write(PAIR, { since, draft: "", items: [], ...(same ? kept : {}), id: pair.id, partner: pair.partner, user });
  }

  /** Keep what changed, if `id` is still the pair of this page. */
  keep(id, change) {
    const kept = this.pair();
    if (kept?.id === id) this.#kept.write(PAIR, { ...kept, ...change });
  }

  forgetPair() {
    this.#kept.remove(PAIR);
  }

  /** `{token, accepted}`: whose link was opened, and whether the Join button was pressed. */
  invitation() {
    return this.#kept.read(INVITATION);
  }

  invite(token, accepted = false) {
    this.#kept.write(INVITATION, { token, accepted });
  }

  /** The invitation, for the one use it has. */
  takeInvitation() {
    const invitation = this.invitation();
    this.#kept.remove(INVITATION);
    return invitation;
  }

  /** `{role, partner, token, until}` of a pair that was arranged in a room: it is to be made before `until`, ms of the epoch. */
  arranged() {
    return this.#kept.read(ARRANGED);
  }

  arrange(pair) {
    this.#kept.write(ARRANGED, pair);
  }

  forgetArranged() {
    this.#kept.remove(ARRANGED);
  }
}

/** The part of the machine that is about asking first: the ask we wait for, and those at our door. */

import { make } from "./protocol.js";
import { to } from "./state.js";

const send = (frame) => ({ do: "send", frame });

// Asking somebody

/** The owner wants to be asked first: the answer to our join comes later. */
export function asked(state, { owner, seconds }, now) {
  return to(state, { at: "asking", owner, until: now + seconds * 1000 });
}

/** We ask no more. Should the owner have said yes at the same moment, `joined` finds us. */
export function withdraw(state) {
  return to(state, { at: state.pair ? "ended" : "waiting", wish: null, until: null }, send(make.withdraw()));
}

// Being asked

/** `asks` are those who wait, the first one first; `until` is when their time is over, in ms of the epoch. */
export function ask(state, { ask: id, person, seconds }, now) {
  const others = state.asks.filter((each) => each.ask !== id);
  return to(state, { asks: [...others, { ask: id, person, until: now + seconds * 1000 }], lapsed: null });
}

/** One of them waits no longer. If that was not our doing, `lapsed` says whose ask it was and why. */
export function lapsed(state, { ask: id, reason }) {
  const gone = state.asks.find((each) => each.ask === id);
  if (!gone) return to(state);
  const asks = state.asks.filter((each) => each !== gone);
  return to(state, { asks, lapsed: reason === "declined" || reason === "paired" ? null : { person: gone.person, reason } });
}

export function admit(state, { ask: id }) {
  return to(state, {}, send(make.admit(id)));
}

/** Gone from the page at once; the server's `lapsed` follows. */
export function decline(state, { ask: id }) {
  return to(state, { asks: state.asks.filter((each) => each.ask !== id) }, send(make.decline(id)));
}

/** How the seat beside us is taken was changed, here or elsewhere. */
export function door(state, { door: changed }) {
  return to(state, { door: changed });
}

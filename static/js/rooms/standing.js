/** Where you stand in a room, in words: what the status line says about a state of state.js. Pure; see ../standing.js. */

import { called, LINES } from "../standing.js";

const OWN_LINES = {
  ...LINES,
  troubled: () => ({ tone: "trouble", says: ["room_troubled"] }),
  removed: () => ({ tone: "trouble", says: ["room_removed"] }),
  no_room: () => ({ tone: "trouble", says: ["room_no_room"] }),
  closed: () => ({ tone: "trouble", says: ["room_closed"] }),
  left: () => ({ tone: "over", says: ["room_left"] }),
};

const PLACES = {
  entering: LINES.connecting,
  here,
  going: () => ({ tone: "busy", says: ["room_going"] }),
  left: OWN_LINES.left,
};

/** `online` is what the browser believes of its own network. */
export function standing(state, online = true) {
  return (OWN_LINES[state.line] ?? PLACES[state.at])(state, online);
}

function here({ asking }) {
  if (!asking) return { tone: "together", says: ["room_here"] };
  const says = called("room_asking", asking.person);
  return { tone: "busy", says, clock: "answer_within", until: asking.until, action: "withdraw" };
}

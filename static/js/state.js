/** The state that the page's machine (pair.js) moves through, as plain data. */

// `hidden`: another window took over, so nothing of what was said is to be seen here until the server welcomes us again.
const NOTHING = { retryAt: null, lineReason: null, notice: null, user: null, token: null, wish: null, hidden: false, door: null };

/** Of any pair: nothing yet. */
export const NOBODY = {
  ...{ pair: null, seconds: null, until: null, reason: null, refusal: null, turnedAway: 0, owner: null },
  blocking: null, // the user name of somebody whom we block or have just blocked
};

/** Nobody at the door. */
export const QUIET = { asks: [], lapsed: null };

/** The state of a page that just opened. `pair` is the one it showed before a refresh, if any. */
export function start(pair = null) {
  return { ...NOBODY, ...NOTHING, ...QUIET, at: pair ? "paired" : "unknown", line: "connecting", pair };
}

/** The state after `change`, and what is to be done about it. */
export function to(state, change = {}, ...effects) {
  return { state: { ...state, ...change }, effects };
}

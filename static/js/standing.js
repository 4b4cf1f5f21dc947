/**
 * Where you stand, in words: what the status line says about a state of pair.js. Pure.
 *
 * `{tone, says: [id, params], clock, until, spoken, action}`: `says` is announced when it changes; `clock` is the id of
 * what counts down to `until` beside it, for the eye alone; `spoken` goes with `says`, for the ear alone.
 * Instead of `says` it may be a `refusal {code, message}`. `online` is what the browser believes of its own network.
 */

export function standing(state, online = true) {
  return (LINES[state.line] ?? PLACES[state.at])(state, online);
}

/** What there is to say of the line, wherever you stand; nothing while it is open. */
export const LINES = {
  connecting: () => ({ tone: "busy", says: ["connecting"] }),
  offline,
  troubled: () => ({ tone: "trouble", says: ["troubled"] }),
  replaced: () => ({ tone: "trouble", says: ["replaced"], action: "use_here" }),
  logged_out: () => ({ tone: "trouble", says: ["logged_out"] }),
  stopped: () => ({ tone: "trouble", says: ["stopped"], action: "try_now" }),
};

const PLACES = {
  unknown: LINES.connecting,
  waiting,
  joining: () => ({ tone: "busy", says: ["joining"] }),
  asking: ({ owner, until }) => ({ tone: "busy", says: called("asking", owner), clock: "answer_within", until }),
  paired: ({ pair }) => ({ tone: "together", says: called("connected", pair.partner) }),
  away,
  ended,
};

const NAMED_CAUSES = ["restarting", "flooding"];
const ENDINGS = { timeout: "left_timeout", logged_out: "left_logged_out", you_left: "you_left", gone: "gone" };

const partnerOf = ({ pair }) => ({ name: pair.partner.name });

/** The sentence `id` or, where they have a display name, `id`_as: that is anybody's choice, the user name behind it is not. */
export function called(id, person) {
  return person.name === person.username ? [id, { name: person.name }] : [`${id}_as`, person];
}

function waiting({ refusal, asks, door }) {
  if (refusal) return { tone: "trouble", refusal };
  if (asks.length) return { tone: "waiting", says: called("asks", asks[0].person) };
  return { tone: "waiting", says: [door?.do_not_disturb ? "not_disturbed" : "waiting"] };
}

// From here nobody can tell whether the way or the site is down, unless the browser knows that it has no network.
function offline({ lineReason, retryAt }, online) {
  const says = [NAMED_CAUSES.includes(lineReason) ? lineReason : online ? "unreachable" : "offline"];
  return { tone: "trouble", says, clock: retryAt ? "trying_in" : "trying_now", until: retryAt, action: "try_now" };
}

function away(state) {
  const { seconds, until } = state;
  if (seconds === null) return { tone: "trouble", says: ["away_for_a_while", partnerOf(state)] };
  const spoken = ["seat_kept_spoken", { seconds }];
  return { tone: "trouble", says: ["away", partnerOf(state)], clock: "seat_kept", until, spoken };
}

function ended(state) {
  if (state.refusal || state.asks.length) return waiting(state);
  return { tone: "over", says: [endingOf(state), partnerOf(state)] };
}

function endingOf({ blocking, pair, reason }) {
  if (blocking === pair.partner.username) return "you_blocked";
  return ENDINGS[reason] ?? "left";
}

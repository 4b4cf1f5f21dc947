/** The part of the machine that is about the line to the server: `state.line` says how it is, wherever you stand. */

import { start, to } from "./state.js";

export function connecting(state) {
  // While trying again the line stays offline, or the status would change its words with every attempt.
  return to(state, state.line === "offline" ? { retryAt: null } : { line: "connecting" });
}

export function offline(state, { retry, reason }, now) {
  return to(state, { line: "offline", retryAt: now + retry * 1000, lineReason: reason });
}

export function closed(state, { reason }) {
  if (reason === "logged_out") return to(start(), { line: reason }, { do: "wipe" });
  if (reason === "replaced") return to(state, { line: reason, hidden: true });
  return to(state, { line: "stopped" });
}

/** The line stands, but what is behind the server does not answer it. */
export function trouble(state, { active }) {
  return to(state, { line: active ? "troubled" : "open" });
}

/** The administrator will stop the site. */
export function notice(state, { text, seconds }, now) {
  return to(state, { notice: { text, at: now + seconds * 1000 } });
}

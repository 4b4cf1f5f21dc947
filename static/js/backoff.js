/** How long to wait before trying again: exponential backoff with full jitter, so that many pages do not return at once. */

export const FIRST = 500; // ms
export const MOST = 20_000; // ms

/** `attempt` counts from 1; the answer is between FIRST and the attempt's ceiling, in ms. */
export function backoff(attempt, random = Math.random) {
  const ceiling = Math.min(MOST, FIRST * 2 ** attempt);
  return Math.round(FIRST + random() * (ceiling - FIRST));
}

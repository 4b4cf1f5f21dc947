/** How long something took, as people say it: hours and minutes. Pure; the browser knows the words of each language. */

const MINUTE = 60_000; // ms

/** In whole minutes, such as "1 hour, 5 minutes" in `language`; null for less than half of one. */
export function duration(ms, language) {
  const minutes = Math.round(ms / MINUTE);
  const counts = { hour: Math.floor(minutes / 60), minute: minutes % 60 };
  const words = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count));
  return words.length ? new Intl.ListFormat(language, { type: "unit", style: "long" }).format(words) : null;
}

/**
 * Finds the links in a text. Pure: what becomes of them on the page is the views' business.
 *
 * Only http and https, only what says where it leads: a name before the host ("bank.example@evil.example") or a sign that
 * cannot be seen (one of those turns "gpj.exe" round) leaves a link what it was, text.
 */

const CANDIDATE = /\bhttps?:\/\/[^\s<>"“”«»]+/giu;
const LONGEST_LINK = 2_000; // characters: beyond this no browser promises to follow it
const UNSEEN = /\p{Cf}|\p{Cc}/u;
const END_OF_SENTENCE = /[.,:;!?…'’*،؛؟。、！？]$/u;
const BRACKETS = { ")": "(", "]": "[", "}": "{" };

/** The text in pieces, in order: `{text}` for words, `{text, href}` for a link. */
export function pieces(text) {
  const found = [];
  let end = 0;
  for (const { 0: candidate, index } of text.matchAll(CANDIDATE)) {
    const link = trimmed(candidate);
    const href = target(link);
    if (!href) continue;
    if (index > end) found.push({ text: text.slice(end, index) });
    found.push({ text: link, href });
    end = index + link.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

// What ends the sentence around a link is not part of it; a bracket is, if it was opened inside.
function trimmed(candidate) {
  let link = candidate.slice(0, LONGEST_LINK + 1);
  while (END_OF_SENTENCE.test(link) || closesNothing(link)) link = link.slice(0, -1);
  return link;
}

function closesNothing(link) {
  const opening = BRACKETS[link.at(-1)];
  return opening !== undefined && link.split(link.at(-1)).length > link.split(opening).length;
}

function target(link) {
  if (link.length > LONGEST_LINK || UNSEEN.test(link) || !URL.canParse(link)) return null;
  const { protocol, username, password, href } = new URL(link);
  return (protocol === "http:" || protocol === "https:") && !username && !password ? href : null;
}

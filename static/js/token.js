/** Reads what a person pasted as a token: spaces, dashes, capitals or the whole link, with words after it, are fine. */

export const TOKEN_DIGITS = 32;
const LONGEST_INPUT = 1_000; // a link with its token is about 60 characters
const LONGEST_SLIP = 200; // beyond this nobody mistyped a token: how many digits there are would tell them nothing
const BETWEEN = "[\\s\\-\\u00ad\\u2010-\\u2015\\u2212\\u200b-\\u200f\\u2060\\ufeff]"; // the same as the server tolerates
const SEPARATORS = new RegExp(`${BETWEEN}+`, "g");
const AT_THE_START = new RegExp(`^(?:${BETWEEN}*[0-9a-f]){${TOKEN_DIGITS}}(?=${BETWEEN}*(?:\\s|$))`, "i");
const LINK = /^[a-z]+:\/\//i;

/** Gives `{token}` or `{problem}`: empty, link, long, characters or short. */
export function readToken(input) {
  const text = input.trim();
  if (text === "") return { problem: "empty" };
  if (text.length > LONGEST_INPUT) return { problem: "characters" };
  const result = LINK.test(text) && !text.includes("#") ? { problem: "link" } : check(digitsOf(text));
  return result.problem && text.length > LONGEST_SLIP ? { problem: "characters" } : result;
}

// Right after the last # the token stands, and words may follow it: people paste the sentence that the link came with.
function digitsOf(text) {
  const fragment = text.slice(text.lastIndexOf("#") + 1);
  const token = text.includes("#") ? fragment.match(AT_THE_START)?.[0] : undefined;
  return (token ?? fragment).replace(SEPARATORS, "").toLowerCase();
}

function check(digits) {
  if (digits === "") return { problem: "link" };
  if (!/^[0-9a-f]+$/.test(digits)) return { problem: "characters" };
  if (digits.length < TOKEN_DIGITS) return { problem: "short", digits: digits.length };
  if (digits.length > TOKEN_DIGITS) return { problem: "long", digits: digits.length };
  return { token: digits };
}

/** The token in groups of four, for reading aloud. */
export function grouped(token) {
  return token.match(/.{1,4}/g).join(" ");
}

/** The share link of `token`, made from the link of any other token of this site. */
export function linkFor(token, link) {
  return `${link.split("#")[0]}#${token}`;
}

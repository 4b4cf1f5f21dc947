/** Reads what a person pasted as a token: spaces, dashes, capitals or the whole link are fine. */

export const TOKEN_DIGITS = 32;
const LONGEST_INPUT = 1_000; // a link with its token is about 60 characters
const SEPARATORS = /[\s\-\u00ad\u2010-\u2015\u2212\u200b-\u200f\u2060\ufeff]+/g; // the same as the server tolerates
const LINK = /^[a-z]+:\/\//i;

/** Gives `{token}` or `{problem}`: empty, link, long, characters or short. */
export function readToken(input) {
  const text = input.trim();
  if (text === "") return { problem: "empty" };
  if (text.length > LONGEST_INPUT) return { problem: "long" };
  if (LINK.test(text) && !text.includes("#")) return { problem: "link" };
  return check(digitsOf(text));
}

function digitsOf(text) {
  const fragment = text.slice(text.lastIndexOf("#") + 1);
  return fragment.replace(SEPARATORS, "").toLowerCase();
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

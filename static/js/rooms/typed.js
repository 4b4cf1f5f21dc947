/** What somebody means by what they typed: words, something they do, or a command. Pure. */

import { clean } from "../protocol.js";

const ME = /^\/me\s+(?=\S)/u;

/**
 * `{say, action}` for a message, `{command}` for a line that the server understands. `/me` is a message like any other,
 * with all that is promised of messages; a second slash makes the first one a mere sign.
 */
export function meaning(typed, commands) {
  const text = clean(typed);
  if (!text.startsWith("/")) return { say: text, action: false };
  if (text.startsWith("//")) return { say: text.slice(1), action: false };
  if (ME.test(text) && commands.some(({ name }) => name === "me")) return { say: text.replace(ME, ""), action: true };
  return { command: text };
}

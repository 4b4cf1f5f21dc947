/** How a command is written and what it does, in the reader's language; in the server's words where it is news to this page. */

import { knows, t } from "../strings.js";

export function usageOf({ name, usage }) {
  return inWords(`usage_${name}`, usage);
}

export function helpOf({ name, help }) {
  return inWords(`command_${name}`, help);
}

function inWords(id, otherwise) {
  return knows(id) ? t(id) : otherwise;
}

/** Blocking somebody: asks, tells the server, and gives the id of the sentence that says how it went. */

import { confirm } from "./confirm.js";
import { partsOf, say } from "./sentence.js";

/**
 * `dialog` is the question, whose form knows where to send the answer. `blocking(username)` is told before it is sent, for the end
 * of a conversation comes by another way and may be first; and with null if it came to nothing.
 */
export function createBlock(dialog, blocking = () => {}, fetch = globalThis.fetch.bind(globalThis)) {
  const form = dialog.querySelector("form");
  const { title } = partsOf(dialog);

  async function post() {
    try {
      const response = await fetch(form.dataset.url, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      return response.status === 204;
    } catch {
      return false; // offline
    }
  }

  /** Null where the person thought better of it. */
  return async ({ username, name }) => {
    say(title, name === username ? "block" : "block_as", { name, username });
    form.elements.username.value = username;
    if (!(await confirm(dialog))) return null;
    blocking(username);
    if (await post()) return "blocked";
    blocking(null);
    return "not_blocked";
  };
}

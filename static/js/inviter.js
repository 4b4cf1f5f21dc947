/** Asks the site who invites with a token: in the body of a POST, which stands in no address and no log. */

/**
 * `form` knows the address and the CSRF token. Gives `{username, name}` of the owner, `{code}` of a refusal, or null where
 * nobody can tell.
 */
export async function askWhoInvites(form, token, fetch = globalThis.fetch.bind(globalThis)) {
  const body = new URLSearchParams([...new FormData(form), ["token", token]]);
  try {
    const answer = await (await fetch(form.action, { method: "POST", body })).json();
    const isPerson = typeof answer?.username === "string" && typeof answer.name === "string";
    return isPerson || typeof answer?.code === "string" ? answer : null;
  } catch {
    return null; // offline, or no answer of ours: pressing Join will tell
  }
}

/**
 * The share link's page. The token stands in the fragment, which browsers send nowhere. It is kept in this tab, so that
 * it survives signing up, and nothing happens with it until the Join button is pressed.
 */

import { Storage } from "./storage.js";
import { t } from "./strings.js";
import { readToken } from "./token.js";

const root = document.getElementById("join");
const storage = new Storage(sessionStorage);

document.querySelector("[data-action=join]")?.addEventListener("click", accept);
addEventListener("hashchange", show);
show();

function show() {
  const { token, problem, digits } = read();
  if (token) storage.invite(token);
  root.dataset.invitation = token ? "good" : problem === "none" ? "none" : "broken";
  for (const section of root.querySelectorAll("[data-when]")) {
    section.hidden = section.dataset.when !== root.dataset.invitation;
  }
  const broken = root.querySelector("[data-part=problem]");
  broken.textContent = root.dataset.invitation === "broken" ? t(`token_${problem}`, { digits }) : "";
}

// A link that cannot be right is told, even if an older one is kept: it is not what the person asked for now.
function read() {
  if (location.hash.length > 1) return readToken(decoded(location.hash));
  return { token: storage.invitation()?.token, problem: "none" };
}

// A browser writes the spaces of a link as %20.
function decoded(hash) {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash; // not written by a browser, and not a token either
  }
}

// This page has no answer left to give, so Back passes it by.
function accept(event) {
  event.preventDefault();
  storage.invite(storage.invitation().token, true);
  location.replace(event.currentTarget.href);
}

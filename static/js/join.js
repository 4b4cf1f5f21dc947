/**
 * The share link's page. The token stands in the fragment, which browsers send nowhere. It is kept in this tab, so that
 * it survives signing up, and nobody is joined before the Join button is pressed. Who is logged in is told who invites.
 */

import { askWhoInvites } from "./inviter.js";
import { Storage } from "./storage.js";
import { advice, reason, t } from "./strings.js";
import { readToken } from "./token.js";
import { partsOf, say, write } from "./views/sentence.js";

const FINAL = ["unknown_token", "own_token"]; // pressing Join would be in vain

const root = document.getElementById("join");
const part = partsOf(root);
const question = root.querySelector("form");
const storage = new Storage(sessionStorage);

root.querySelector("[data-action=join]")?.addEventListener("click", accept);
addEventListener("hashchange", show);
show();

async function show() {
  const { token, problem, digits } = read();
  if (!token) return showStage(problem === "none" ? "none" : "broken", problem === "none" ? "" : t(`token_${problem}`, { digits }));
  storage.invite(token);
  showStage("good");
  const inviter = question && (await askWhoInvites(question, token));
  if (inviter && storage.invitation()?.token === token) introduce(inviter);
}

function introduce(inviter) {
  if (FINAL.includes(inviter.code)) {
    storage.takeInvitation();
    write(part["refusal-title"], reason(inviter));
    showStage("refused", "", advice(inviter));
  } else if (inviter.name !== undefined) {
    say(part.inviter, inviter.name === inviter.username ? "invites" : "invites_as", inviter);
  }
}

function showStage(stage, problem = "", next = "") {
  root.dataset.invitation = stage;
  for (const section of root.querySelectorAll("[data-when]")) section.hidden = section.dataset.when !== stage;
  write(part.problem, problem);
  write(part["refusal-next"], next);
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

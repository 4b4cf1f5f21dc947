/** Forms that are sent with a passkey: each says with `data-passkey` whether one is made, shown, or lets somebody in. */

import { t } from "./strings.js";
import { write } from "./views/sentence.js";
import { answer, creation, request } from "./webauthn.js";

const SENTENCES = {
  NotAllowedError: "passkey_dismissed", // dismissed, or it took too long
  InvalidStateError: "passkey_known",
  SecurityError: "passkey_address",
  RateLimited: "rate_limited_next",
  TypeError: "passkey_unreachable", // from fetch
};

const WAYS = {
  async create(form) {
    const alone = form.querySelector("[name=passwordless]").checked;
    return navigator.credentials.create(creation(given().creation_options, alone));
  },
  async get() {
    return navigator.credentials.get(request(given().request_options));
  },
  /** Nobody is named: the device says whose passkey it is. The challenge is asked for only now, so that it is fresh. */
  async login(form) {
    const response = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (response.status === 429) throw Object.assign(new Error(), { name: "RateLimited" });
    return navigator.credentials.get(request((await response.json()).request_options));
  },
};

if (globalThis.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
}

async function send(form) {
  const button = form.querySelector("[type=submit]");
  const failed = form.querySelector("[data-part=passkey-error]");
  write(failed, "");
  button.disabled = true;
  try {
    const credential = await WAYS[form.dataset.passkey](form);
    form.elements.credential.value = JSON.stringify(answer(credential));
    form.submit();
  } catch (error) {
    button.disabled = false;
    write(failed, t(SENTENCES[error.name] ?? "passkey_failed"));
  }
}

function given() {
  return JSON.parse(document.querySelector("#passkey-options").textContent);
}

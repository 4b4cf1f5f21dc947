/** The field for a partner's token. What cannot be a token is told at once, and nothing is sent. */

import { advice, reason, t } from "../strings.js";
import { readToken } from "../token.js";
import { write } from "./sentence.js";

export function createJoinForm(form, { join, edited }) {
  const field = form.querySelector("[name=token]");
  const error = form.querySelector(".field__error");
  const button = form.querySelector("button");
  let refusal = null;

  button.disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    const { token, problem, digits } = readToken(field.value);
    if (token) join(token);
    else complain(t(`token_${problem}`, { digits }));
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault(); // the field has rows only so that nothing of a token is cut
    form.requestSubmit();
  });
  field.addEventListener("input", () => {
    show("");
    edited();
  });

  function complain(sentence) {
    show(sentence);
    field.focus();
    form.scrollIntoView({ block: "nearest" });
  }

  function show(sentence) {
    error.hidden = sentence === "";
    write(error, sentence);
    if (sentence) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  return {
    /** `busy` while the server is asked; `refused` is the server's last refusal or null. */
    render(busy, refused) {
      button.setAttribute("aria-disabled", String(busy));
      if (refused === refusal) return;
      refusal = refused;
      if (refused) complain(`${reason(refused)}. ${advice(refused)}`);
      else show("");
    },

    put(token) {
      field.value = token;
    },
  };
}

/** The words of one message: links to press, and what is long folded until somebody wants all of it. */

import { fold } from "../fold.js";
import { pieces } from "../links.js";
import { t } from "../strings.js";
import { write } from "./sentence.js";

/** Puts `text` into `element`; `button` folds and unfolds it, and is hidden where there is nothing to fold. */
export function showText(element, button, text) {
  const whole = pieces(text);
  const folded = fold(whole);

  function show(isWhole) {
    element.replaceChildren(...(isWhole ? whole : folded).map(node));
    button.hidden = folded === null;
    button.setAttribute("aria-expanded", String(isWhole));
    write(button, t(isWhole ? "show_less" : "show_all"));
  }

  button.onclick = () => show(button.getAttribute("aria-expanded") === "false"); // one text at a time: it may be edited
  show(folded === null);
}

function node({ text, href }) {
  if (href === undefined) return document.createTextNode(text);
  const link = document.createElement("a");
  Object.assign(link, { href, dir: "ltr", target: "_blank", rel: "noopener noreferrer", referrerPolicy: "no-referrer" });
  link.textContent = text;
  return link;
}

/** Puts sentences on the page. Names stand isolated, so that one written right to left disturbs nothing around it. */

import { parts } from "../strings.js";

const NAMES = ["name", "username", "other"];
const LONG = 24; // characters: a name longer than this may be cut short where room is scarce

/** Write the sentence `id` into `element`, if it does not say so already: a live region repeats what is written again. */
export function say(element, id, params) {
  const pieces = parts(id, params);
  const text = pieces.map((piece) => piece.text).join("");
  if (element.textContent === text) return;
  element.replaceChildren(...pieces.map(node));
}

/** Write plain `text` into `element`, if it does not say so already. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function node({ text, param }) {
  if (!NAMES.includes(param)) return document.createTextNode(text);
  const name = document.createElement("bdi");
  name.textContent = name.title = text; // the whole of it, where the page has to cut it short
  name.classList.toggle("long-name", text.length > LONG);
  return name;
}

/** The elements of `root` by their data-part. */
export function partsOf(root) {
  const elements = [...root.querySelectorAll("[data-part]")];
  return Object.fromEntries(elements.map((element) => [element.dataset.part, element]));
}

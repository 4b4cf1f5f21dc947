/** Who asks for something that is yours to give, the first one first, each with the answers: let in, decline, block. */

import { called } from "../standing.js";
import { partsOf, say } from "./sentence.js";

/** `asks` is the id of the sentence that says what they ask for; its other half, with the user name, is `asks`_as. */
export function createAsks(root, { admit, decline, block }, asks = "asks") {
  const { list } = partsOf(root);
  let shown = [];
  const template = document.getElementById("ask");

  list.addEventListener("click", ({ target }) => {
    const action = target.closest("[data-action]")?.dataset.action;
    const id = target.closest("[data-ask]")?.dataset.ask;
    const person = shown.find(({ ask }) => ask === id)?.person;
    if (action && person) ({ admit: () => admit(id), decline: () => decline(id), block: () => block(person) })[action]();
  });

  function row({ ask, person }) {
    const element = template.content.firstElementChild.cloneNode(true);
    element.dataset.ask = ask;
    const { who } = partsOf(element);
    who.id = `ask-${ask}`;
    say(who, ...called(asks, person));
    for (const button of element.querySelectorAll("button")) button.setAttribute("aria-describedby", who.id);
    return element;
  }

  return {
    render(waiting) {
      const ids = new Set(waiting.map(({ ask }) => ask));
      for (const element of [...list.children]) if (!ids.has(element.dataset.ask)) element.remove();
      const there = new Set([...list.children].map((element) => element.dataset.ask));
      const others = waiting.filter(({ ask }) => !there.has(ask)).map(row);
      list.append(...others);
      shown = waiting;
      root.hidden = waiting.length === 0;
      const last = waiting.length === 1 ? root : list.lastElementChild;
      if (others.length) last.scrollIntoView({ block: "nearest" }); // they may stand above what is read
    },
  };
}

/** Who asks for the seat beside you, the first one first, each with the answers: let in, decline, block. */

import { partsOf, say } from "./sentence.js";

export function createAsks(root, { admit, decline, block }) {
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
    say(who, person.name === person.username ? "asks" : "asks_as", person);
    for (const button of element.querySelectorAll("button")) button.setAttribute("aria-describedby", who.id);
    return element;
  }

  return {
    render(asks) {
      const ids = new Set(asks.map(({ ask }) => ask));
      for (const element of [...list.children]) if (!ids.has(element.dataset.ask)) element.remove();
      const there = new Set([...list.children].map((element) => element.dataset.ask));
      const others = asks.filter(({ ask }) => !there.has(ask)).map(row);
      list.append(...others);
      shown = asks;
      root.hidden = asks.length === 0;
      others.at(-1)?.scrollIntoView({ block: "nearest" }); // the answers may be above what is read
    },
  };
}

/** Who is here: beside the conversation where there is room, in a dialog where there is not. */

import { LOCALE } from "../../locale.js";
import { t } from "../../strings.js";
import { Entries } from "../../views/entries.js";
import { isolated } from "../../views/notice-board.js";
import { partsOf, write } from "../../views/sentence.js";

const WIDE = "(min-width: 64rem)"; // as in rooms.css
const COUNT = new Intl.NumberFormat(LOCALE);

/** `root` moves between `panel` and `dialog`; `person(username)` opens what can be done with somebody. */
export function createPeople({ root, panel, dialog, count }, { person, everybody }) {
  const part = partsOf(root);
  const shown = new Entries(part.list, createPerson);
  const wide = matchMedia(WIDE);
  let drawn = null;

  part.list.addEventListener("click", ({ target }) => {
    const username = target.closest("[data-action=person]")?.dataset.username;
    if (username) person(username);
  });
  part.rest.querySelector("button").addEventListener("click", everybody);
  wide.addEventListener("change", place);
  place();

  function place() {
    if (wide.matches) dialog.close();
    (wide.matches ? panel : partsOf(dialog).place).append(root);
  }

  return {
    open: () => dialog.showModal(),
    close: () => dialog.close(),

    render({ roster, user }) {
      if (roster === drawn) return;
      drawn = roster;
      const { people, online } = roster;
      write(count, COUNT.format(online));
      write(part.count, COUNT.format(online));
      part.rest.hidden = online <= people.length;
      const isMe = ({ username }) => username === user?.username;
      const inOrder = [...people.filter(isMe), ...people.filter((one) => !isMe(one))];
      shown.show(inOrder.map((one) => ({ key: one.username, ...one, isMe: isMe(one) })));
    },
  };
}

function createPerson() {
  const element = document.getElementById("person").content.firstElementChild.cloneNode(true);
  const { name: words, also } = partsOf(element);
  const button = element.querySelector("button");

  return {
    element,

    update({ username, name, isMe }) {
      button.dataset.username = username;
      write(words, name);
      const second = isMe ? t("you_are") : isolated(`@${username}`);
      also.hidden = !isMe && name === username;
      write(also, second);
    },
  };
}

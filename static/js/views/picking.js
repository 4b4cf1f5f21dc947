/**
 * One message at a time is picked, by touch or by the arrow keys: it shows what can be done with it. The whole
 * conversation is one stop for the Tab key, not one for each message.
 */

const STEPS = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };

export function createPicking(list) {
  let picked = null;
  let byHand = false;

  list.addEventListener("focusin", ({ target }) => pick(target.closest(".message"), true));
  list.addEventListener("click", ({ target }) => {
    const message = target.closest(".message");
    if (!message || target.closest("a")) return;
    for (const other of list.querySelectorAll(".message--picked")) other.classList.remove("message--picked");
    message.classList.add("message--picked");
    pick(message, true);
  });
  list.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS) || !event.target.matches(".message__tool")) return;
    event.preventDefault();
    buttonOf(neighbour(STEPS[event.key])).focus();
  });

  function neighbour(step) {
    const messages = [...list.children].filter(buttonOf);
    const place = messages.indexOf(picked) + step;
    return messages[Math.min(Math.max(place, 0), messages.length - 1)];
  }

  function last() {
    return [...list.children].findLast(buttonOf) ?? null;
  }

  function pick(message, hand) {
    if (picked) setTabIndex(picked, -1);
    picked = message;
    byHand = hand && message !== last();
    if (picked) setTabIndex(picked, 0);
  }

  return {
    /** Messages came or went: the last one is picked, unless the person picked another. */
    settle() {
      const wanted = byHand && picked.isConnected ? picked : last();
      if (wanted !== picked) pick(wanted, false);
    },
  };
}

function buttonOf(message) {
  return message.querySelector(".message__tool:not([hidden])");
}

function setTabIndex(message, index) {
  for (const button of message.querySelectorAll(".message__tool, .message__author")) button.tabIndex = index;
}

/** While two talk, other pages open in a tab of their own: without this page the partner would see the line drop, and soon the end. */

export function createWaysOut(links, note) {
  const ways = [...links].map((link) => ({ link, spoken: spokenNote(note) }));

  return {
    render(isTalking) {
      for (const { link, spoken } of ways) {
        link.target = isTalking ? "_blank" : "_self";
        if (isTalking) link.append(spoken);
        else spoken.remove();
      }
    },
  };
}

function spokenNote(note) {
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.textContent = ` ${note}`;
  return spoken;
}

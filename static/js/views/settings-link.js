/** While two talk, the settings open in a tab of their own: without this page the partner would see the line drop and come back. */

export function createSettingsLink(link, note) {
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.textContent = ` ${note}`;

  return {
    render(isTalking) {
      link.target = isTalking ? "_blank" : "_self";
      if (isTalking) link.append(spoken);
      else spoken.remove();
    },
  };
}

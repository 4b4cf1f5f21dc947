/* Light, dark, or as the system has it. The choice is kept in this browser only.
   Loaded before the first paint, so it does its first half at once and the rest when the page is there. */

(() => {
  const KEY = "tandem.theme";
  const THEMES = ["light", "dark"];

  // Storage may be switched off altogether; then the choice lasts as long as the page.
  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };

  const remember = (theme) => {
    try {
      if (THEMES.includes(theme)) localStorage.setItem(KEY, theme);
      else localStorage.removeItem(KEY);
    } catch {
      /* see above */
    }
  };

  const show = (theme) => {
    if (THEMES.includes(theme)) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    overrideSystem(theme);
  };

  // The bar around the page and pictures of it follow the system through their media attribute; one's own choice overrides it.
  const overrideSystem = (theme) => {
    for (const element of document.querySelectorAll('meta[name="theme-color"], source[media*="prefers-color-scheme"]')) {
      element.dataset.system ??= element.media;
      element.media = THEMES.includes(theme)
        ? element.dataset.system.includes(theme) ? "all" : "not all"
        : element.dataset.system;
    }
  };

  const offerChoice = (group) => {
    const chosen = remembered() ?? "system";
    for (const input of group.querySelectorAll("input")) input.checked = input.value === chosen;
    group.addEventListener("change", ({ target }) => {
      remember(target.value);
      show(target.value);
    });
    group.hidden = false;
  };

  show(remembered());
  addEventListener("storage", ({ key, newValue }) => key === KEY && show(newValue));
  addEventListener("DOMContentLoaded", () => {
    overrideSystem(remembered());
    for (const group of document.querySelectorAll('[data-behaviour="theme"]')) offerChoice(group);
  });
})();

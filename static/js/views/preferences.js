/** The switches for what a person can choose in this browser: every checkbox with a data-preference. */

export function createPreferences(root, preferences) {
  const boxes = root.querySelectorAll("[data-preference]");

  function show() {
    for (const box of boxes) box.checked = preferences.get(box.dataset.preference);
  }

  root.addEventListener("change", ({ target }) => {
    if (target.dataset.preference) preferences.set(target.dataset.preference, target.checked);
  });
  preferences.listen(show);
  addEventListener("storage", ({ key }) => preferences.written(key));
  show();
  for (const group of root.querySelectorAll("[data-behaviour=preferences]")) group.hidden = false;
}

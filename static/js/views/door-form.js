/** How the seat beside you is taken: switches whose truth is at the server, which tells of every change. */

import { t } from "../strings.js";
import { partsOf, write } from "./sentence.js";

export function createDoorForm(form, announce, fetch = globalThis.fetch.bind(globalThis)) {
  const { note } = partsOf(form);
  let shown = null;

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", save);

  async function save() {
    const isSaved = await post(new URLSearchParams(new FormData(form)));
    note.hidden = isSaved;
    write(note, isSaved ? "" : t("door_not_changed"));
    announce(t(isSaved ? "door_changed" : "door_not_changed"));
    if (!isSaved) show();
  }

  async function post(body) {
    try {
      const response = await fetch(form.action, { method: "POST", body });
      return response.ok && new URL(response.url).pathname === form.dataset.done;
    } catch {
      return false; // offline
    }
  }

  function show() {
    for (const [name, isOn] of Object.entries(shown)) form.elements[name].checked = isOn;
  }

  return {
    /** `door` as the server tells it, or null before it has. */
    render(door) {
      if (!door || door === shown) return;
      shown = door;
      show();
    },
  };
}

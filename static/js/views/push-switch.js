/** The switch for being told although Tandem is closed. Hidden where this browser cannot be. */

import { Push } from "../push.js";
import { t } from "../strings.js";
import { write } from "./sentence.js";

export function createPushSwitch(root, notifier) {
  const part = root.querySelector("[data-behaviour=push]");
  if (!("PushManager" in window && "serviceWorker" in navigator && notifier.isPossible)) return;
  const box = part.querySelector("input");
  const failed = root.querySelector("[data-part=push-failed]");
  const push = new Push({
    worker: () => navigator.serviceWorker.ready,
    csrf: document.querySelector("[name=csrfmiddlewaretoken]").value,
    fetch: (...request) => fetch(...request),
  });

  part.hidden = false;
  show(push.isOn());
  box.addEventListener("change", () => show(box.checked ? start() : push.stop().then(() => false)));

  async function start() {
    if (await notifier.ask()) return push.start();
    say("notify_refused");
    return false;
  }

  async function show(choice) {
    box.disabled = true;
    say(null);
    try {
      box.checked = (await choice) && notifier.isAllowed;
    } catch {
      box.checked = false;
      say("push_failed");
    }
    box.disabled = false;
  }

  function say(id) {
    failed.hidden = id === null;
    write(failed, id === null ? "" : t(id));
  }
}

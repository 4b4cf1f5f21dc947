/** System notifications: asked for only on a press, and never with a name or a word of what is said. */

import { t } from "./strings.js";

const TAG = "tandem.arrival"; // a second one takes the place of the first

export class Notifier {
  /** `icon` is the address of a picture. */
  constructor(window, icon) {
    Object.assign(this, { window, icon });
  }

  /** Whether this browser has them and the person has not forbidden them. */
  get isPossible() {
    return "Notification" in this.window && this.window.Notification.permission !== "denied";
  }

  get isAllowed() {
    return "Notification" in this.window && this.window.Notification.permission === "granted";
  }

  /** Ask, where that is not answered yet: to be called from a press. Gives whether they are allowed. */
  async ask() {
    if (!this.isPossible) return false;
    return this.isAllowed || (await this.window.Notification.requestPermission()) === "granted";
  }

  /** Say that the partner is here (`arrived`) or asks to come in (`knocked`). */
  notify(what) {
    if (!this.isAllowed) return;
    const options = { tag: TAG, icon: this.icon, body: t(`${what}_body`) };
    try {
      const shown = new this.window.Notification(t(what), options);
      shown.onclick = () => {
        this.window.focus();
        shown.close();
      };
    } catch {
      // a phone's browser lets only a service worker show one
      this.window.navigator.serviceWorker?.ready.then((worker) => worker.showNotification(t(what), options));
    }
  }
}

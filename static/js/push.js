/** Being told although Tandem is closed: whether this browser is, and for whom, is known to the site and not kept here. */

export class Push {
  /** `worker` gives the registration of the service worker; `csrf` is the site's token against forged requests. */
  constructor({ worker, csrf, fetch }) {
    Object.assign(this, { worker, csrf, fetch });
  }

  /** Whether this browser is told for whoever is logged in. */
  async isOn() {
    const subscription = await (await this.worker()).pushManager.getSubscription();
    return subscription !== null && this.#ask("/push/known/", { endpoint: subscription.endpoint });
  }

  /** Rejects where the browser or the site does not take it. To be called once notifications are allowed. */
  async start() {
    const { pushManager } = await this.worker();
    const { endpoint, keys } = (await this.#subscribe(pushManager)).toJSON();
    return this.#ask("/push/", { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  }

  async stop() {
    const subscription = await (await this.worker()).pushManager.getSubscription();
    if (subscription === null) return;
    await this.#ask("/push/stop/", { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
  }

  async #subscribe(pushManager) {
    const { key } = await this.#read(await this.fetch("/push/"));
    const options = { userVisibleOnly: true, applicationServerKey: key };
    try {
      return await pushManager.subscribe(options);
    } catch (error) {
      if (error.name !== "InvalidStateError") throw error;
      await (await pushManager.getSubscription())?.unsubscribe(); // made with an earlier key of the site
      return pushManager.subscribe(options);
    }
  }

  async #ask(address, fields) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: this.csrf, ...fields });
    return (await this.#read(await this.fetch(address, { method: "POST", body }))).on;
  }

  async #read(response) {
    if (!response.ok || response.redirected) throw new Error(`the site answered ${response.status}`);
    return response.json();
  }
}

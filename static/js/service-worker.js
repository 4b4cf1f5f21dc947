/**
 * The service worker: where the site cannot be reached it shows the page that says so. It keeps that page and its files,
 * and nothing else: never an answer of the site, never a message.
 *
 * The script at /service-worker.js (chat/shell.py) sets SHELL {version, page, files, home, icon} and then imports this one.
 */

const NAME = `tandem.shell.${SHELL.version}`;

addEventListener("install", (event) => {
  const kept = caches.open(NAME).then((cache) => cache.addAll([SHELL.page, ...SHELL.files]));
  event.waitUntil(kept.then(() => skipWaiting()));
});

addEventListener("activate", (event) => event.waitUntil(Promise.all([forgetOthers(), preload(), clients.claim()])));

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET") return;
  if (mode === "navigate") event.respondWith(answerOf(event).catch(() => caches.match(SHELL.page)));
  else if (isOfShell(url)) event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
});

addEventListener("push", (event) => event.waitUntil(tell(event.data.json())));

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(goBackToTheChat());
});

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
}

// The site is asked while the worker still wakes up.
async function preload() {
  await registration.navigationPreload?.enable();
}

async function answerOf({ preloadResponse, request }) {
  return (await preloadResponse) ?? fetch(request);
}

function isOfShell(url) {
  const { origin, pathname } = new URL(url);
  return origin === location.origin && SHELL.files.includes(pathname);
}

/** The site says what is to be said, in the language of whoever asked for it; it never says who came. */
async function tell({ title, body, lang, dir }) {
  await registration.showNotification(title, { body, lang, dir, icon: SHELL.icon, tag: "tandem.arrival" });
}

async function goBackToTheChat() {
  const windows = await clients.matchAll({ type: "window" });
  const chat = windows.find(({ url }) => new URL(url).pathname === SHELL.home);
  return chat ? chat.focus() : clients.openWindow(SHELL.home);
}

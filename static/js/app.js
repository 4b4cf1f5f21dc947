/** On every page: lets the browser know the worker that speaks up when there is no way to the site. */

navigator.serviceWorker?.register("/service-worker.js").catch(() => {}); // forbidden here: the site works without it

/** Tells the connection what the browser knows before any timer does: the network, the tab, the page put away. */

export function watchWaking(connection, { window, document }) {
  const wake = () => connection.wake();
  window.addEventListener("online", wake);
  window.addEventListener("offline", wake); // one that stands all the same shows it by its answer
  document.addEventListener("visibilitychange", () => document.hidden || wake());

  // A page with an open socket is not kept for the Back button; one without is, and comes back as it was.
  let putAway = false;
  window.addEventListener("pagehide", () => {
    putAway = connection.isAwake;
    connection.close();
  });
  window.addEventListener("pageshow", () => {
    if (putAway) connection.open();
    putAway = false;
  });
}

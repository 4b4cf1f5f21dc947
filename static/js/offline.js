/** The page that stands in when the site cannot be reached: once it can be, the page that was asked for comes. */

const TRY_EVERY = 5_000; // ms

addEventListener("online", () => location.reload());
setInterval(async () => {
  try {
    if ((await fetch("/healthz", { cache: "no-store" })).ok) location.reload();
  } catch {
    // still no way
  }
}, TRY_EVERY);

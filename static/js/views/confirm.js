/** A question in a <dialog>: its form says `yes` or anything else. */

/** Whether the person said yes. Escape is a no. */
export function confirm(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
  });
}

/** The page went on to something else: all questions are void. */
export function closeAll(dialogs) {
  for (const dialog of Object.values(dialogs)) dialog.close();
}

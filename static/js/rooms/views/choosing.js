/** A dialog with several things to do: its form's buttons are the choices. */

/** The value of the button that was pressed; "no" for Escape. Only the choices named in `offered` are there. */
export function choose(dialog, offered) {
  for (const button of dialog.querySelectorAll("button[value]:not([value=no])")) button.hidden = !offered.includes(button.value);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue || "no"), { once: true });
  });
}

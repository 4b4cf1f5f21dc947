/** Whoever stood on something that is gone goes on at the head of the page, not at that of the site. */

/** `draw()` changes what is in `root`. */
export function keepFocus(root, draw) {
  const focused = document.activeElement;
  const isHere = root.contains(focused);
  draw();
  if (isHere && !focused.checkVisibility()) document.getElementById("main").focus();
}

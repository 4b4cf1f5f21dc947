/** The status line: says at every moment where you stand, and offers the one thing to do about it. */

import { reason, t } from "../strings.js";
import { say, partsOf, write } from "./sentence.js";

const TICK = 500; // ms: a clock of whole seconds is never wrong by more than half of one

export function createStatus(root, act) {
  const { sentence, clock, spoken } = partsOf(root);
  const buttons = root.querySelectorAll("[data-action]");
  let shown = null;

  for (const button of buttons) button.addEventListener("click", () => act[button.dataset.action]());
  setInterval(() => shown && showClock(), TICK);

  function showClock() {
    const seconds = shown.until ? Math.max(0, Math.ceil((shown.until - Date.now()) / 1000)) : null;
    const ranOut = seconds === 0 && shown.clock !== "trying_now";
    write(clock, shown.clock && !ranOut ? t(shown.clock, { seconds }) : "");
  }

  return {
    /** `actions` are the names of the buttons that make sense now. */
    render(standing, actions) {
      shown = standing;
      root.dataset.tone = standing.tone;
      if (standing.refusal) write(sentence, reason(standing.refusal));
      else say(sentence, ...standing.says);
      write(spoken, standing.spoken ? t(...standing.spoken) : "");
      showClock();
      for (const button of buttons) button.hidden = !actions.includes(button.dataset.action);
    },
  };
}

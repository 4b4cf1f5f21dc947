/** Says to the ear alone what the eye sees anyway. */

export function createAnnouncer(element) {
  return (sentence) => {
    element.textContent = sentence;
  };
}

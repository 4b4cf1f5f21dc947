/** A sound of our own: two bells, the second a fifth above the first, as two seats are taken one after the other. */

const NOTES = [
  { hertz: 587.33, at: 0 }, // D5
  { hertz: 880, at: 0.16 }, // A5; seconds
];
const LENGTH = 0.9; // seconds a bell sounds
const LOUDNESS = 0.16; // of 1: to be noticed in a room, not to frighten in headphones
const OVERTONES = [
  [1, 1],
  [2, 0.35],
  [3.01, 0.12],
];

export class Chime {
  #context = null;

  /** Browsers are silent until the person has done something on the page: `target` is where that is noticed. */
  constructor(target, AudioContext = globalThis.AudioContext) {
    this.AudioContext = AudioContext;
    for (const gesture of ["pointerdown", "keydown"]) target.addEventListener(gesture, () => this.#wake(), { passive: true });
  }

  ring() {
    if (this.#context?.state !== "running") return;
    for (const { hertz, at } of NOTES) this.#bell(hertz, this.#context.currentTime + at);
  }

  #wake() {
    this.#context ??= this.AudioContext ? new this.AudioContext() : null;
    if (this.#context?.state === "suspended") this.#context.resume().catch(() => {}); // stays silent, nothing else
  }

  #bell(hertz, start) {
    for (const [overtone, share] of OVERTONES) {
      const tone = new OscillatorNode(this.#context, { frequency: hertz * overtone });
      const loudness = new GainNode(this.#context, { gain: 0 });
      loudness.gain.setValueAtTime(0, start);
      loudness.gain.linearRampToValueAtTime(LOUDNESS * share, start + 0.01);
      loudness.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH);
      tone.connect(loudness).connect(this.#context.destination);
      tone.start(start);
      tone.stop(start + LENGTH);
    }
  }
}

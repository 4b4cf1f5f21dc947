/** What a person chose for this browser: kept in it alone, and told to no server. */

const PREFIX = "tandem.prefer.";

/** Each with what counts until somebody chooses. */
const USUAL = {
  typing: true, // tell, and be told, that somebody is typing
  ticks: true, // show what was stored and what is on the partner's screen
  sound: true, // ring when somebody sits down beside you
  comings: true, // in a room: lines that say who came and went
  notify: false, // and say so through the system where nobody is looking
};

export class Preferences {
  #area;
  #chosen = {};
  #listeners = [];

  constructor(area) {
    this.#area = area;
  }

  get(name) {
    const kept = this.#chosen[name] ?? this.#read(name);
    return kept === null ? USUAL[name] : kept === "on";
  }

  set(name, isOn) {
    if (!Object.hasOwn(USUAL, name)) return;
    this.#chosen[name] = isOn ? "on" : "off";
    try {
      this.#area.setItem(PREFIX + name, this.#chosen[name]);
    } catch {
      // full or forbidden: the choice lasts as long as the page
    }
    this.#tell();
  }

  /** `changed()` hears of every choice, made here or in another window. */
  listen(changed) {
    this.#listeners.push(changed);
  }

  /** Another window wrote; `key` is null where it forgot everything. */
  written(key) {
    if (key !== null && !key.startsWith(PREFIX)) return;
    this.#chosen = {};
    this.#tell();
  }

  #read(name) {
    try {
      return this.#area.getItem(PREFIX + name);
    } catch {
      return null; // forbidden
    }
  }

  #tell() {
    for (const changed of this.#listeners) changed();
  }
}

/** JSON in one of the browser's two stores. Where it is forbidden, full or holds something strange, the page works without. */

export class Kept {
  #area;

  constructor(area) {
    this.#area = area;
  }

  /** What is kept under `name`, or null. */
  read(name) {
    try {
      return JSON.parse(this.#area.getItem(name));
    } catch {
      return null;
    }
  }

  write(name, value) {
    try {
      this.#area.setItem(name, JSON.stringify(value));
    } catch {
      // a refresh will lose this, nothing else
    }
  }

  remove(name) {
    try {
      this.#area.removeItem(name);
    } catch {
      // then nothing was kept
    }
  }
}

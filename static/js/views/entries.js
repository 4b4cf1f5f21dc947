/** One element an entry, kept as long as the entry, in the order of the entries. */

export class Entries {
  #list;
  #create;
  #shown = new Map(); // by key

  /** `create(entry)` gives `{element, update(entry, before)}`. */
  constructor(list, create) {
    this.#list = list;
    this.#create = create;
  }

  has(key) {
    return this.#shown.has(key);
  }

  get(key) {
    return this.#shown.get(key);
  }

  forget() {
    this.#list.replaceChildren();
    this.#shown.clear();
  }

  /** Show `entries`, each with a `key`; gives those that are new. */
  show(entries) {
    this.#removeAllBut(new Set(entries.map((entry) => entry.key)));
    return this.#place(entries);
  }

  // Moves only what is out of place: an element taken out and put back would be read aloud again.
  #place(entries) {
    let next = this.#list.firstElementChild;
    let before = null;
    const added = [];
    for (const entry of entries) {
      const view = this.#shown.get(entry.key) ?? this.#add(entry, added);
      view.update(entry, before);
      if (view.element === next) next = next.nextElementSibling;
      else this.#list.insertBefore(view.element, next);
      before = entry;
    }
    return added;
  }

  #add(entry, added) {
    const view = this.#create(entry);
    this.#shown.set(entry.key, view);
    added.push(entry);
    return view;
  }

  #removeAllBut(keys) {
    for (const [key, view] of this.#shown) {
      if (keys.has(key)) continue;
      view.element.remove();
      this.#shown.delete(key);
    }
  }
}

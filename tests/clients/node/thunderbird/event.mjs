// An event of an extension API: listeners come and go, and firing tells what each answered.

export class Event {
  #listeners = new Map();

  addListener(listener, ...options) {
    this.#listeners.set(listener, options);
  }

  removeListener(listener) {
    this.#listeners.delete(listener);
  }

  hasListener(listener) {
    return this.#listeners.has(listener);
  }

  /** With what further arguments each listener was added. */
  get options() {
    return [...this.#listeners.values()];
  }

  /** The answers of all listeners, in the order in which they were added. */
  fire(...args) {
    return Promise.all([...this.#listeners.keys()].map((listener) => listener(...args)));
  }
}

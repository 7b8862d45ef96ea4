/** A queue: what came first goes first. Taking costs the same however long it is. */
export class Fifo<T> {
  #items: (T | undefined)[];
  #head = 0;

  /** @param items what is queued from the start; it is not copied. */
  constructor(items: T[] = []) {
    this.#items = items;
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  /** The next to go; `undefined` when there is none. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the first. */
  shift(): T | undefined {
    const item = this.first;
    if (this.size === 0) return undefined;
    // Let go of at once: what is queued behind may keep the array alive for long.
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) this.clear();
    else if (this.#head > 4096 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}

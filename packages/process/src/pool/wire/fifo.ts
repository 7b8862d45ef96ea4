/** A first-in, first-out queue. Taking an item costs the same at any length. */
export class Fifo<T> {
  #items: (T | undefined)[];
  #head = 0;

  /** @param items the items queued at first; the array is not copied. */
  constructor(items: T[] = []) {
    this.#items = items;
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  /** The next item; `undefined` when the queue is empty. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the first item; `undefined` when the queue is empty. */
  shift(): T | undefined {
    const item = this.first;
    if (this.size === 0) return undefined;
    // Drops the reference now: later items may keep the array alive for long.
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

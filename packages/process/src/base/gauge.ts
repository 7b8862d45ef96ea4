interface Reading {
  readonly weak: WeakRef<object>;
  /** The number that one object adds; `null` when the object was collected. */
  read(): number | null;
}

/**
 * The sum of a number over all objects of a kind in this thread, for `ps` and `top`. Nothing is computed until the sum
 * is read. The gauge holds its objects weakly.
 */
export class Gauge {
  readonly #readings = new Set<Reading>();
  readonly #registry = new FinalizationRegistry<Reading>((reading) => this.#readings.delete(reading));

  /**
   * @param read gives the number that the object adds, `null` when it does not count; it must reach the object through
   *   its parameter only.
   */
  add<T extends object>(object: T, read: (object: T) => number | null): void {
    const weak = new WeakRef(object);
    const reading = {
      weak,
      read() {
        const found = weak.deref();
        return found === undefined ? null : read(found);
      },
    };
    this.#readings.add(reading);
    this.#registry.register(object, reading);
  }

  /** The objects that were not collected. */
  objects(): object[] {
    return [...this.#readings].flatMap(({ weak }) => weak.deref() ?? []);
  }

  /** The sum; `null` when there are no such objects. */
  total(): number | null {
    const read = [...this.#readings].map((reading) => reading.read()).filter((each) => each !== null);
    return read.length === 0 ? null : read.reduce((sum, each) => sum + each, 0);
  }
}

/** How many items there are in this thread's queues. */
export const queuedItems = new Gauge();

/** How many tasks are queued or running in the pools of this thread. */
export const tasks = new Gauge();

interface Reading {
  /** What one object adds; `null` when it is not there any more. */
  read(): number | null;
}

/**
 * What adds up over all objects of a kind in this thread, for those who watch it. Nothing is counted until somebody reads, and no
 * object is kept for it.
 */
export class Gauge {
  readonly #readings = new Set<Reading>();
  readonly #dropped = new FinalizationRegistry<Reading>((reading) => this.#readings.delete(reading));

  /** @param read what the object adds; must not refer to the object but by its parameter. */
  add<T extends object>(object: T, read: (object: T) => number): void {
    const weak = new WeakRef(object);
    const reading = {
      read() {
        const found = weak.deref();
        return found === undefined ? null : read(found);
      },
    };
    this.#readings.add(reading);
    this.#dropped.register(object, reading);
  }

  /** The sum; `null` when there are no such objects. */
  total(): number | null {
    const read = [...this.#readings].map((reading) => reading.read()).filter((each) => each !== null);
    return read.length === 0 ? null : read.reduce((sum, each) => sum + each, 0);
  }
}

/** How many items there are in the queues that this thread has. */
export const queuedItems = new Gauge();

/** How many tasks wait or run in the pools that this thread made. */
export const tasks = new Gauge();

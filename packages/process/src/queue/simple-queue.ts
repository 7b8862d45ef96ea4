import type { RingSize } from "../memory/ring.ts";
import { registerShared } from "../memory/shared-object.ts";
import { RingQueue } from "./ring-queue.ts";

/** The ring of a queue without a limit: the producer keeps the values that the ring has no space for. */
export const unlimited: RingSize = { records: 2 ** 14, bytes: 2 ** 21 };

/**
 * A queue of values between threads and processes, for any number of producers and consumers at once.
 *
 * The values of each producer arrive in the order in which it put them. `put()` copies the value, and throws when it
 * cannot. A put never waits: the producer keeps the values that the shared memory has no space for, and its program
 * does not end before they are sent. When a producer or a consumer is killed, the others continue.
 *
 * Shape: a `Ring` of 2 MiB or 16 384 values.
 *
 * @example
 * const jobs = new SimpleQueue<number>();
 * await jobs.put(42);
 * await jobs.get(); // 42
 */
export class SimpleQueue<T = unknown> extends RingQueue<T> {
  constructor() {
    super(unlimited);
  }
}

registerShared(SimpleQueue as never, import.meta.url);

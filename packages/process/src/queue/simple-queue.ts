import type { RingSize } from "../memory/ring.ts";
import { registerShared } from "../memory/shared-object.ts";
import { RingQueue } from "./ring-queue.ts";

/** A ring without a limit on the number of values: what has no room waits with who put it. */
export const unlimited: RingSize = { records: 2 ** 14, bytes: 2 ** 21 };

/**
 * A queue of values between threads and processes, for any number of producers and consumers at once.
 *
 * Values come out in the order in which each producer put them. A value is copied when it is put, and what cannot be copied
 * is refused by `put` itself. Putting never waits: what the shared memory has no room for is kept by the producer, whose
 * program goes on until it is out. Producers and consumers may be killed; the others go on.
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

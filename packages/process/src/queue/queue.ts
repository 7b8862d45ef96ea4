import { guaranteedBytes, type RingSize } from "../memory/ring.ts";
import { registerShared } from "../memory/shared-object.ts";
import { RingQueue } from "./ring-queue.ts";
import { unlimited } from "./simple-queue.ts";

const largest = 2 ** 19;

/**
 * A queue of values between threads and processes, with a limit on the number of values: a put waits while the queue
 * is full.
 *
 * Without a limit it is a `SimpleQueue` that has a size.
 *
 * Shape: a `Ring` of 2 MiB; larger for a limit above 8192.
 *
 * @example
 * const jobs = new Queue<string>(100);
 * for await (const job of jobs) run(job);
 */
export class Queue<T = unknown> extends RingQueue<T> {
  /** The largest number of values; 0 for no limit. */
  readonly maxSize: number;

  /**
   * @param maxSize the largest number of values, up to 524 288; 0 or less for no limit. Default: 0.
   * @throws {RangeError} when it is not a whole number, or larger.
   */
  constructor(maxSize = 0, bytesBefore = 0) {
    const size = sizeFor(maxSize);
    super(size, bytesBefore);
    this.maxSize = Math.max(0, maxSize);
  }

  /** The number of values in it now. Values that another producer keeps are not counted. */
  get size(): number {
    return this.ring.count + this.outbox.size;
  }

  /** Whether it is full now. Always false without a limit. */
  get isFull(): boolean {
    this.refuseClosed("look into");
    return this.maxSize > 0 && this.ring.isFull;
  }

  protected override constructorArgs(): readonly unknown[] {
    return [this.maxSize];
  }
}

function sizeFor(maxSize: number): RingSize {
  if (typeof maxSize !== "number")
    throw new TypeError(`Cannot create a Queue: its limit is ${typeof maxSize}, write a number: new Queue(3)`);
  if (!Number.isInteger(maxSize) || maxSize > largest) {
    throw new RangeError(
      `Cannot create a Queue of ${maxSize} values: write a whole number up to ${largest}, or 0 for no limit`,
    );
  }
  if (maxSize <= 0) return unlimited;
  const bytes = Math.max(unlimited.bytes, powerOfTwo(maxSize * guaranteedBytes * 2));
  return { records: powerOfTwo(maxSize), bytes, limit: maxSize };
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least));
}

registerShared(Queue as never, import.meta.url);

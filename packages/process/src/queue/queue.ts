import { type RingSize, reservedBytes } from "../memory/ring.ts";
import { registerShared } from "../memory/shared-object.ts";
import { RingQueue } from "./ring-queue.ts";
import { unlimited } from "./simple-queue.ts";

const largest = 2 ** 19;

/**
 * A queue of values between threads and processes, with a limit on how many are in it: putting waits until there are
 * fewer.
 *
 * Without a limit it is a `SimpleQueue` that tells its size.
 *
 * Shape: a `Ring` of 2 MiB, of more where the limit is above 8192.
 *
 * @example
 * const jobs = new Queue<string>(100);
 * for await (const job of jobs) run(job);
 */
export class Queue<T = unknown> extends RingQueue<T> {
  /** How many values may be in it; 0 for no limit. */
  readonly maxSize: number;

  /**
   * @param maxSize how many values may be in it, up to 524 288; 0 or less for no limit. Default: 0.
   * @throws {RangeError} when it is no whole number, or larger.
   */
  constructor(maxSize = 0, bytesBefore = 0) {
    const size = sizeFor(maxSize);
    super(size, bytesBefore);
    this.maxSize = Math.max(0, maxSize);
  }

  /** How many values are in it. Others may change that at any moment; what waits at another producer is not counted. */
  get size(): number {
    return this.ring.count + this.outbox.size;
  }

  /** Whether it has as many values as it may have. */
  get isFull(): boolean {
    this.refuseClosed("look into");
    return this.maxSize > 0 && this.ring.isFull;
  }

  protected override revivalArgs(): readonly unknown[] {
    return [this.maxSize];
  }
}

function sizeFor(maxSize: number): RingSize {
  if (!Number.isInteger(maxSize) || maxSize > largest) {
    throw new RangeError(
      `Cannot make a Queue of ${maxSize} values: write a whole number up to ${largest}, or 0 for no limit`,
    );
  }
  if (maxSize <= 0) return unlimited;
  const bytes = Math.max(unlimited.bytes, powerOfTwo(maxSize * reservedBytes * 2));
  return { records: powerOfTwo(maxSize), bytes, limit: maxSize };
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least));
}

registerShared(Queue as never, import.meta.url);

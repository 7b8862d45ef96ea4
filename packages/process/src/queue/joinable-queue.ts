import type { WaitOptions } from "../base/deadline.ts";
import { Gate } from "../memory/gate.ts";
import { registerShared } from "../memory/shared-object.ts";
import { Queue } from "./queue.ts";

/**
 * A {@link Queue} whose producers can wait until consumers have finished all values, not only got them.
 *
 * Shape: 16 words, then that of a Queue.
 *   0  the number of finished values, modulo 2³²
 *   1  a `Gate`
 *
 * @example
 * for await (const job of jobs) { await run(job); jobs.taskDone(); }   // in children
 * await jobs.join();                                                   // in the parent
 */
export class JoinableQueue<T = unknown> extends Queue<T> {
  readonly #done: number;
  readonly #gate: Gate;

  /** @param maxSize as for a Queue. */
  constructor(maxSize = 0) {
    super(maxSize, 64);
    const { segment, at } = this.location;
    this.#done = at;
    this.#gate = new Gate(segment, at + 1);
  }

  /** The number of values that were put and are not finished. Those that another producer keeps are not counted. */
  get unfinished(): number {
    return ((this.ring.written - this.#load()) | 0) + this.outbox.size;
  }

  /**
   * Marks a value that was got as finished.
   *
   * @throws {RangeError} when all values that were put are finished.
   */
  taskDone(): void {
    const { words } = this.location.segment;
    for (;;) {
      const done = this.#load();
      if (done === this.ring.written) {
        throw new RangeError(
          "Cannot mark a value as finished: all values that were put are, call taskDone() once for each get()",
        );
      }
      if (Atomics.compareExchange(words, this.#done, done, (done + 1) | 0) === done) break;
    }
    if (this.unfinished === 0) this.#gate.openAll();
  }

  /**
   * Waits until all values that were put are finished, also those that a producer keeps for want of space.
   *
   * @returns whether they were before time ran out.
   */
  join(options?: WaitOptions): Promise<boolean> {
    // The backlog is read first: a producer writes the values that it keeps before it leaves the backlog.
    return this.#gate.wait(() => !this.hasBacklog && this.unfinished === 0, options);
  }

  protected override backlogEnded(): void {
    this.#gate.openAll();
  }

  protected override dropped(count: number): void {
    Atomics.add(this.location.segment.words, this.#done, count);
    this.#gate.openAll();
  }

  #load(): number {
    return Atomics.load(this.location.segment.words, this.#done);
  }
}

registerShared(JoinableQueue as never, import.meta.url);

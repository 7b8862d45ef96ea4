import type { WaitOptions } from "../base/deadline.ts";
import { Gate } from "../memory/gate.ts";
import { registerShared } from "../memory/shared-object.ts";
import { Queue } from "./queue.ts";

/**
 * A {@link Queue} whose producers can wait until everything was not only got but done.
 *
 * Shape: 16 words, then that of a Queue.
 *   0  how many values were done, modulo 2³²
 *   1  a `Gate`
 *
 * @example
 * for await (const job of jobs) { await run(job); jobs.taskDone(); }   // in children
 * await jobs.join();                                                   // in the parent
 */
export class JoinableQueue<T = unknown> extends Queue<T> {
  readonly #done: number;
  readonly #gate: Gate;

  /** @param maxSize as of a Queue. */
  constructor(maxSize = 0) {
    super(maxSize, 64);
    const { segment, at } = this.place;
    this.#done = at;
    this.#gate = new Gate(segment, at + 1);
  }

  /** How many values were put and are not done yet. */
  get unfinished(): number {
    return ((this.ring.written - this.#load()) | 0) + this.outbox.size;
  }

  /**
   * Says that a value that was got is done.
   *
   * @throws {RangeError} when that was said of as many as were put.
   */
  taskDone(): void {
    const { words } = this.place.segment;
    for (;;) {
      const done = this.#load();
      if (done === this.ring.written) {
        throw new RangeError(
          "Cannot call a task done: as many were as were put on the queue, call taskDone() once for each get()",
        );
      }
      if (Atomics.compareExchange(words, this.#done, done, (done + 1) | 0) === done) break;
    }
    if (this.unfinished === 0) this.#gate.open();
  }

  /**
   * Waits until everything that was put is done.
   *
   * @returns whether it was before time ran out.
   */
  join(options?: WaitOptions): Promise<boolean> {
    return this.#gate.wait(() => this.unfinished === 0, options);
  }

  #load(): number {
    return Atomics.load(this.place.segment.words, this.#done);
  }
}

registerShared(JoinableQueue as never, import.meta.url);

import type { Segment } from "../../../src/memory/segment.ts";

/** What a thread of a program gets. */
export interface ThreadContext {
  /** The thread's index in {@link Program.threads}; its participant id is one more. */
  readonly thread: number;
  /** The memory that the threads share, over the replaced `Atomics`. */
  readonly segment: Segment;
  /** Adds a number to this thread's log. What a thread logged stays when it is killed later. */
  log(value: number): void;
}

/** How a schedule of a program ended. */
export interface Outcome {
  /** What each thread logged. */
  readonly logs: readonly (readonly number[])[];
  /** The thread that was killed; `undefined` when none was. */
  readonly killed: number | undefined;
  /** The threads that were asleep when nothing could happen any more. Without a kill that is a failure already. */
  readonly asleep: readonly number[];
  /** The shared memory, to look for what is left in it. */
  readonly memory: SharedArrayBuffer;
}

/**
 * A program whose schedules are explored. It is the export `program` of a module of its own, which is loaded by the
 * test (for {@link check}) and by each worker (for {@link threads}). A thread must be deterministic: its steps may
 * depend only on what it reads from the shared memory and on the virtual time.
 *
 * Threads switch only at operations of `Atomics`. So a fault is not found that needs a switch between two plain
 * accesses.
 */
export interface Program {
  /** How much memory the threads share. */
  readonly byteLength: number;
  /** The threads. An async function waits in a virtual event loop, which has timers and `Atomics.waitAsync` only. */
  readonly threads: readonly ((context: ThreadContext) => void | Promise<void>)[];
  /**
   * The longest sleep, in ms, that may end by its timeout in a schedule without a kill. When no thread can run and a
   * longer sleep ends by its timeout, a wake-up was lost, and the schedule fails. Default: 0.
   */
  readonly longestNapMs?: number;
  /** Sets words other than zero before each schedule. Default: nothing. */
  prepare?(words: Int32Array): void;
  /** Returns what is wrong with an outcome; `undefined` when nothing is. */
  check(outcome: Outcome): string | undefined;
  /** Names a word in the journal of a failed schedule. Default: its number. */
  nameOf?(word: number): string;
}

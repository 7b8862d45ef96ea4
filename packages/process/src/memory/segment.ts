import type { MemoryReach, Reach } from "../base/shareable.ts";

/**
 * A range of memory that several children see: words for `Atomics`, and a way to wait until a word changes.
 *
 * It has two implementations, over a SharedArrayBuffer and over a mapped file. Code that uses a segment does not
 * depend on which one it is.
 */
export interface Segment {
  /** How far it can be shared. */
  readonly reach: MemoryReach;
  /** The memory as 32-bit words; zero at first. */
  readonly words: Int32Array;
  /** The memory as bytes. */
  readonly bytes: Uint8Array;
  /** The memory itself, or the path of the file. */
  readonly memory: SharedArrayBuffer | string;
  /** This thread's participant id: > 0, below 2³⁰, never used twice. */
  readonly selfId: number;
  /** The participant id that the child will have, while this process is being forked and shares the segment; else 0. */
  readonly childId: number;
  /** Whether the participant with this id still runs. Cheap between threads; between processes it reads `/proc`. */
  isAlive(id: number): boolean;
  /** The participant with this id as text for messages: `process 4711`. */
  participantName(id: number): string;
  /** The threads that share it or will receive it, as `system-thread.ts` names them. */
  participants(): string[];
  /** Blocks this thread while the word has the value, until a wake-up or the timeout. May return early. */
  sleep(word: number, value: number, timeoutMs: number): void;
  /** Wakes one thread that sleeps on the word or watches it, each in its turn. */
  wakeOne(word: number): void;
  /** Wakes all threads that sleep on the word, and all that watch it. Returns whether one was surely woken. */
  wakeAll(word: number): boolean;
  /**
   * Calls back once, from the event loop, when the word is woken or no longer has the value. May call back without
   * either. A watch alone does not keep the program alive.
   *
   * @returns a function that cancels the watch. It passes on a wake-up that this watch took and has not called back
   *   for.
   */
  watch(word: number, value: number, onWake: () => void): () => void;
  /**
   * Allocates the memory of a range. Call it before touching memory that {@link SegmentAllocator.allocate} did not
   * reserve.
   *
   * @throws {RangeError} when no memory is left.
   */
  reserve(byteOffset: number, byteLength: number): void;
  /**
   * Makes the data by which another thread or process opens the same segment, see `openSegment`.
   *
   * @param className the class that is sent, for the message.
   * @param processVariant code that makes one for processes, for the message.
   * @throws {NotShareableError} when the segment does not reach so far.
   */
  handle(reach: Reach, className: string, processVariant: string): SegmentHandle;
}

/** A segment in a message: the memory itself for a thread; the file's path and a placeholder for a process. */
export type SegmentHandle =
  | { readonly reach: "thread"; readonly memory: SharedArrayBuffer; readonly table: SharedArrayBuffer }
  | { readonly reach: "process"; readonly path: string; readonly placeholder: number };

/** Makes segments of one implementation. */
export interface SegmentAllocator {
  readonly reach: MemoryReach;
  /**
   * Makes a segment of at least `byteLength` bytes, all zero.
   *
   * @param reserved how many of the first bytes have memory at once; {@link Segment.reserve} gives it to others.
   *   Default: all.
   * @throws {RangeError} when there is not enough memory.
   */
  allocate(byteLength: number, reserved?: number): Segment;
}

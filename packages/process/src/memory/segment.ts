import type { Reach } from "../base/shareable.ts";

/**
 * A range of memory that several children see: words to work on with `Atomics`, and a way to wait until one changes.
 *
 * It has two bodies, a SharedArrayBuffer and a mapped file. Whoever works on a segment does not know which.
 */
export interface Segment {
  /** How far it can be shared. */
  readonly reach: Reach;
  /** All of it as 32-bit words; zero at first. */
  readonly words: Int32Array;
  /** All of it as bytes. */
  readonly bytes: Uint8Array;
  /** This thread's id among those who use the segment: > 0, below 2³⁰, never given twice. */
  readonly me: number;
  /** While this process is being forked, the id that the child will have where it shares the segment; else 0. */
  readonly heir: number;
  /** Whether the thread that had this id still runs. Cheap between threads; a look into `/proc` between processes. */
  isAlive(id: number): boolean;
  /** Says who has an id, for messages: `process 4711`. */
  describe(id: number): string;
  /** Blocks this thread while the word has the value, until it is woken, or for a while. May return without a reason. */
  sleep(word: number, value: number, timeoutMs: number): void;
  /** Wakes everyone who sleeps on the word or watches it. */
  wake(word: number): void;
  /**
   * Calls back once, from the event loop, when the word is woken or no longer has the value. May do so without a reason.
   * It does not keep the program alive by itself.
   *
   * @returns what cancels.
   */
  watch(word: number, value: number, woken: () => void): () => void;
  /**
   * Makes sure that there is memory for a range, which until then may only be promised. Call it before touching what
   * {@link Body.allocate} was not told to reserve.
   *
   * @throws {RangeError} when there is none left.
   */
  reserve(byteOffset: number, byteLength: number): void;
  /**
   * Makes the data by which another thread or process opens the same segment, see `openSegment`.
   *
   * @param what the class that is sent, for the message; `line` how one is made that reaches further.
   * @throws {NotShareableError} when the segment does not reach so far.
   */
  handle(reach: Reach, what: string, line: string): SegmentHandle;
}

/** What crosses in place of a segment: the memory itself to a thread, the file's name and a ticket for it elsewhere. */
export type SegmentHandle =
  | { readonly body: "thread"; readonly memory: SharedArrayBuffer; readonly tenants: SharedArrayBuffer }
  | { readonly body: "process"; readonly path: string; readonly ticket: number };

/** One of the two bodies that a segment can have. */
export interface Body {
  readonly reach: Reach;
  /**
   * Makes a segment of at least so many bytes, all zero.
   *
   * @param reserved how many of them, the first, can be touched at once; others must be reserved before. Default: all.
   * @throws {RangeError} when there is not so much memory.
   */
  allocate(byteLength: number, reserved?: number): Segment;
}

/** `tiny` is for tests (≤ 20 ms), `small` about 0.2 s, `medium` about 1 s and `large` about 5 s of one core's work. */
export type Size = "tiny" | "small" | "medium" | "large";

/** The sizes, smallest first. */
export const sizes: readonly Size[] = ["tiny", "small", "medium", "large"];

/**
 * CPU-bound work that any number of workers can share, and whose answer is checked.
 *
 * Every worker's isolate imports `module`, finds the export with this `id`, and prepares the same job.
 */
export interface Kernel<Part = unknown> {
  /** Short, kebab-case, unique among the module's exports. */
  readonly id: string;
  readonly title: string;
  /** URL of the module that exports this kernel; `import.meta.url` in that module. */
  readonly module: string;
  /** The resource that limits the work, which determines the ceiling that it is compared with. */
  readonly bound: "compute" | "memory" | "mixed";
  /** Where the expected answer was published. */
  readonly source: string;
  /** Bytes of memory that all workers of one process share, for one size. Default: 0. */
  sharedBytes?(size: Size): number;
  /**
   * Sets up the job in this isolate, outside of the timed span. Must give the same chunks in every isolate.
   *
   * @param shared memory of `sharedBytes(size)`, the same for all threads of a process. It contains what earlier runs
   * wrote.
   */
  prepare(size: Size, shared: SharedArrayBuffer): Job<Part>;
}

/** A kernel that is prepared for one size. */
export interface Job<Part = unknown> {
  /** The number of chunks of the work; each should take a millisecond or more. */
  readonly chunks: number;
  /** Does one chunk. The result must be structured-cloneable. Chunks run in any order and on any worker. */
  run(chunk: number): Part;
  /**
   * Combines the results of all chunks, in chunk order, and compares the answer with the expected answer.
   *
   * @returns what is wrong, or `undefined` when the answer is right.
   */
  check(parts: readonly Part[]): string | undefined;
}

/** Declares a kernel. It returns its argument; TypeScript infers and checks the types. */
export function defineKernel<Part>(kernel: Kernel<Part>): Kernel<Part> {
  return kernel;
}

/** For a kernel's `check`: a text that says how two values differ, or `undefined` when they are equal. */
export function expectEqual(name: string, actual: number | string, expected: number | string): string | undefined {
  return actual === expected ? undefined : `${name} is ${actual}, published is ${expected}`;
}

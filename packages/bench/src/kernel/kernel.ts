/** `tiny` is for tests (≤ 20 ms), `small` about 0.2 s, `medium` about 1 s and `large` about 5 s of one core's work. */
export type Size = "tiny" | "small" | "medium" | "large";

/** The sizes, smallest first. */
export const sizes: readonly Size[] = ["tiny", "small", "medium", "large"];

/**
 * CPU-bound work that any number of workers can share, and that proves its own answer.
 *
 * Every isolate that takes part imports `module`, finds the export with this `id`, and prepares the same job.
 */
export interface Kernel<Part = unknown> {
  /** Short, kebab-case, unique among the module's exports. */
  readonly id: string;
  readonly title: string;
  /** URL of the module that exports this kernel; `import.meta.url` in that module. */
  readonly module: string;
  /** What the work leans on, hence which ceiling it is compared with. */
  readonly bound: "compute" | "memory" | "mixed";
  /** Where the expected answer was published. */
  readonly source: string;
  /** Bytes of memory that all workers of one process share, for one size. Default: none. */
  sharedBytes?(size: Size): number;
  /**
   * Sets up the job in this isolate, outside of the timed span. Must give the same chunks everywhere.
   *
   * @param shared memory of `sharedBytes(size)`; the same for all threads of a process, its content left by earlier runs.
   */
  prepare(size: Size, shared: SharedArrayBuffer): Job<Part>;
}

/** A kernel made ready for one size. */
export interface Job<Part = unknown> {
  /** How many chunks the work is cut into; each should take a millisecond or more. */
  readonly chunks: number;
  /** Does one chunk. Its result must survive structured clone. Chunks may run in any order and on any worker. */
  run(chunk: number): Part;
  /**
   * Combines the results of all chunks, in chunk order, and compares the answer with the expected one.
   *
   * @returns what is wrong, or `undefined` when the answer is right.
   */
  check(parts: readonly Part[]): string | undefined;
}

/** Declares a kernel; only gives the compiler the chance to infer and check its types. */
export function defineKernel<Part>(kernel: Kernel<Part>): Kernel<Part> {
  return kernel;
}

/** Tells what differs, for a kernel's `check`; `undefined` when nothing does. */
export function expectEqual(name: string, actual: number | string, expected: number | string): string | undefined {
  return actual === expected ? undefined : `${name} is ${actual}, published is ${expected}`;
}

import type { Ratio } from "./interval.ts";

/** One way to run a function over its items: a pool by a start method, with so many workers and items a chunk. */
export interface AdviceRow {
  readonly method: string;
  readonly workers: number;
  readonly chunkSize: number;
  /** Time until a new pool has its first answer, in nanoseconds. */
  readonly startNs: number;
  /** The time of the plain loop divided by that of the pool, round by round. */
  readonly speedUp: Ratio;
  /** From how many items on a new pool is faster than the plain loop, its start included; infinite for never. */
  readonly breakEven: number;
}

/** What was measured of one function, and which way suits it. */
export interface Advice {
  readonly name: string;
  /** Number of items that a round runs. */
  readonly items: number;
  /** Time of one item in the plain loop, in nanoseconds: the median over the rounds. */
  readonly itemNs: number;
  /** Serialized bytes of an item and of its result: medians. */
  readonly itemBytes: number;
  readonly resultBytes: number;
  readonly rounds: number;
  readonly rows: readonly AdviceRow[];
  /** The fastest way that is certainly faster than the plain loop; absent when none is. */
  readonly best?: AdviceRow;
}

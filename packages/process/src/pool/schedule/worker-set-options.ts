import type { ResourceLimits } from "node:worker_threads";
import type { Target } from "../../callable/form/target.ts";
import type { Engine } from "../engine/engine.ts";

/** What a crew is made from; all of it was checked. */
export interface CrewOptions {
  /** What users call it: `Pool-1`. */
  readonly name: string;
  readonly engine: Engine;
  /** How many workers it has at most. */
  readonly size: number;
  /** Names the n-th worker, counted from 0. */
  readonly workerName: (n: number) => string;
  readonly initializer: Target | undefined;
  readonly initArgs: readonly unknown[];
  /** After how many tasks a worker is replaced; `Infinity` for never. */
  readonly maxTasksPerWorker: number;
  /** Beyond how many bytes a worker is replaced; `Infinity` for never. */
  readonly maxBytesPerWorker: number;
  /** How long a worker has to stop by itself before it is ended, in milliseconds. */
  readonly graceMs: number;
  readonly resourceLimits: ResourceLimits | undefined;
  /** Whether workers are made as tasks come, rather than all at once. */
  readonly onDemand: boolean;
  /** Whether tasks begin in the order in which they came, whatever call they belong to. */
  readonly isStrictlyOrdered: boolean;
  /** Whether the death of one worker is the end of the whole. */
  readonly breaksOnDeath: boolean;
  /** How many workers a pool inside a worker gets that names no number. */
  readonly budget: number;
}

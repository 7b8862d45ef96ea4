import type { Environment } from "./environment.ts";
import type { schemaVersion } from "./schema-version.ts";
import type { Warning } from "./warning.ts";

/** Who provides a method or transport: this project, Node, the operating system in C, or Python. */
export type Family = "manyhands" | "node" | "native" | "python";

/**
 * The times of one child, in nanoseconds from the call that started it (t0) on the machine-wide monotonic clock. A
 * time that a method cannot measure is absent.
 *
 * Node's methods start a child first and send it a job later, so they have all times. A Process gets its job with the
 * call: it is never ready without a job, and ends by itself after it. A child of C or Python has a start and an end
 * only.
 */
export interface ChildTimes {
  readonly round: number;
  /** Position in the order of the whole run, from 0. */
  readonly seq: number;
  /** t1: the call returned; until then the caller was blocked. */
  readonly returnedNs: number;
  /** t2: the child ran the first instruction of the user's code. */
  readonly startedNs?: number;
  /** t3: the parent saw that the child was ready for a job. */
  readonly readyNs?: number;
  /** t4: the parent sent the job. */
  readonly sentNs?: number;
  /** t5: the child started the job. */
  readonly begunNs?: number;
  /** t6: the parent had the job's result. */
  readonly answeredNs?: number;
  /** t7: the parent asked the child to end. */
  readonly stoppedNs?: number;
  /** t8: the child had exited and was reaped. */
  readonly goneNs: number;
}

/** The memory of one idle child, in bytes. */
export interface Footprint {
  /** Growth of the process tree's proportional set size per child: shared pages count once. */
  readonly pssBytes: number;
  /** Pages that the child does not share; absent for threads. */
  readonly ussBytes?: number;
  /** The resident set size that `ps` shows, shared pages included; absent for threads. */
  readonly rssBytes?: number;
}

/** The cost of one more child when others are alive. */
export interface Growth {
  /** Every child that was started while `alive` idle ones existed, in time order: from its call to its end. */
  readonly starts: readonly { readonly alive: number; readonly goneNs: number }[];
  /** By how much each live child slows the next one: the Theil–Sen slope. */
  readonly nsPerChild: number;
}

/** Children that are started at once. */
export interface Burst {
  readonly children: number;
  /** One per burst: from the first call until the last child has ended, in nanoseconds. */
  readonly spansNs: readonly number[];
}

/** Memory that the parent held while it started children. */
export interface Ballast {
  readonly kind: "heap" | "buffer" | "sab";
  readonly bytes: number;
}

/** One method, under one ballast. */
export interface SpawnRow {
  readonly method: string;
  readonly title: string;
  readonly family: Family;
  readonly ballast: Ballast;
  /** In time order. Empty when the method is unavailable; `unavailable` says why. */
  readonly starts: readonly ChildTimes[];
  readonly unavailable?: string;
  readonly footprint?: Footprint;
  readonly growth?: Growth;
  readonly burst?: Burst;
}

/** The parent's memory that determines the cost of a fork, in bytes. */
export interface ParentMemory {
  readonly ballast: Ballast;
  readonly rssBytes: number;
  /** The page tables, which a fork copies. */
  readonly pageTableBytes: number;
  /** Anonymous memory that a fork shares copy-on-write. V8 excludes its heap from forked children. */
  readonly forkedBytes: number;
}

/** The result of measuring the cost of a child, as saved. */
export interface SpawnResult {
  readonly schemaVersion: typeof schemaVersion;
  readonly kind: "spawn";
  readonly tool: { readonly name: string; readonly version: string };
  readonly startedAt: string;
  readonly durationNs: number;
  readonly context: Environment;
  readonly design: {
    readonly seed: number;
    readonly rounds: number;
    readonly stoppedBy: "rounds" | "max-time" | "interrupted";
  };
  readonly rows: readonly SpawnRow[];
  /** The memory of this process under each ballast; empty on systems other than Linux. */
  readonly parents: readonly ParentMemory[];
  readonly warnings: readonly Warning[];
}

import type { Environment } from "./environment.ts";
import type { schemaVersion } from "./scaling-result.ts";
import type { Warning } from "./warning.ts";

/** Whose way of making a child it is. */
export type Family = "manyhands" | "node" | "native" | "python";

/**
 * One child's life. Nanoseconds from the call that made it, t0, on the clock that all processes share; a stamp that a
 * method cannot give is absent.
 *
 * Node's own ways have no job with the birth, so they have all nine. A Process of ours gets its job with the call: it is
 * never ready without one, and ends unasked when it is done. A child of C or Python only is born and gone.
 */
export interface Birth {
  readonly round: number;
  /** Place in the whole run's order, from 0. */
  readonly seq: number;
  /** t1: the call returned; until then the caller was blocked. */
  readonly returnedNs: number;
  /** t2: the child ran the first instruction of the user's. */
  readonly bornNs?: number;
  /** t3: the parent saw that the child was ready for a job. */
  readonly readyNs?: number;
  /** t4: the parent sent the job. */
  readonly sentNs?: number;
  /** t5: the child began it. */
  readonly begunNs?: number;
  /** t6: the job's result was in the parent. */
  readonly answeredNs?: number;
  /** t7: the parent asked the child to end. */
  readonly stoppedNs?: number;
  /** t8: the child was gone and reaped. */
  readonly goneNs: number;
}

/** What one idle child costs in memory, in bytes. */
export interface Footprint {
  /** Growth of the whole family's proportional set per child: shared pages count once. */
  readonly pssBytes: number;
  /** Pages of the child that nobody shares; for threads absent. */
  readonly ussBytes?: number;
  /** What `ps` shows for a child, shared pages and all; for threads absent. */
  readonly rssBytes?: number;
}

/** What one more child costs when others are alive. */
export interface Growth {
  /** Every child that was made beside `alive` idle ones, in time order: from call to gone, in nanoseconds. */
  readonly births: readonly { readonly alive: number; readonly goneNs: number }[];
  /** What each live child adds to the next one's life: the Theil–Sen slope. */
  readonly nsPerChild: number;
}

/** Children that are made all at once, as a program does that wants many soon. */
export interface Burst {
  readonly children: number;
  /** From the first call until the last child is gone, one a burst, in nanoseconds. */
  readonly spansNs: readonly number[];
}

/** Memory that the parent held while it made children. */
export interface Ballast {
  readonly kind: "heap" | "buffer" | "sab";
  readonly bytes: number;
}

/** One way to make a child, under one ballast. */
export interface SpawnRow {
  readonly method: string;
  readonly title: string;
  readonly family: Family;
  readonly ballast: Ballast;
  /** In time order; empty when the method could not be measured, and `unavailable` says why. */
  readonly births: readonly Birth[];
  readonly unavailable?: string;
  readonly footprint?: Footprint;
  readonly growth?: Growth;
  readonly burst?: Burst;
}

/** What a fork of the parent has to deal with, in bytes. */
export interface ParentMemory {
  readonly ballast: Ballast;
  readonly rssBytes: number;
  /** The page tables, which a fork copies. */
  readonly pageTableBytes: number;
  /** Anonymous memory that a fork shares until one side writes; V8 keeps its heap out of it. */
  readonly forkedBytes: number;
}

/** A run of the start-cost question on disk. */
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
  /** This process under each ballast; empty where the system does not tell. */
  readonly parents: readonly ParentMemory[];
  readonly warnings: readonly Warning[];
}

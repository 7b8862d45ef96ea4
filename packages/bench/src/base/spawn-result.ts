import type { Environment } from "./environment.ts";
import type { schemaVersion } from "./scaling-result.ts";
import type { Warning } from "./warning.ts";

/** Whose way of making a child it is. */
export type Family = "manyhands" | "node" | "native" | "python";

/**
 * One child's life. Nanoseconds from the call that made it, on the clock that all processes share; a stamp that a
 * method cannot give is absent.
 */
export interface Birth {
  readonly round: number;
  /** Place in the whole run's order, from 0. */
  readonly seq: number;
  /** The call returned: until then the caller was blocked. */
  readonly returnedNs: number;
  /** The child ran the first instruction of the user's. */
  readonly bornNs?: number;
  /** The child's answer was in the parent. */
  readonly answeredNs?: number;
  /** The child was gone and reaped. */
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
  readonly warnings: readonly Warning[];
}

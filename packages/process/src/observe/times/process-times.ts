import type { WaitKind } from "../../base/observer.ts";

/** How long a process waited for one thing, in milliseconds. */
export interface WaitTime {
  readonly kind: WaitKind;
  readonly name: string;
  readonly ms: number;
}

/** Where the time of a process went since a program began to watch it, in milliseconds. */
export interface ProcessTimes {
  readonly watchedMs: number;
  readonly computingMs: number;
  readonly gcMs: number;
  /** When it waited for nothing that this package knows. */
  readonly idleMs: number;
  /** What it waited for, the longest first. */
  readonly waits: readonly WaitTime[];
  /** Ready to run while no processor was free: a part of the other times; `null` where the system does not say. */
  readonly noProcessorMs: number | null;
  /** What it waits for now, and the thread that holds it if it is a lock; `null` when it waits for nothing known. */
  readonly waitsFor: { readonly kind: WaitKind; readonly name: string; readonly holder: string | null } | null;
}

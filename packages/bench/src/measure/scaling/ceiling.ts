import type { CrewRun } from "../worker/measured-workers.ts";
import { NativeCeiling } from "./native-ceiling.ts";
import { WasmCeiling } from "./wasm-ceiling.ts";

/** What of the machine limits the work. */
export type CeilingKind = "compute" | "memory";

/** A run of the ceiling, and the checksum that tells whether all its work was done. */
export interface CeilingRun extends CrewRun {
  readonly checksum: string;
}

/** Even work that scales as far as the machine lets it: what ours is measured against. */
export interface Ceiling {
  readonly by: "native" | "wasm";
  readonly kinds: readonly CeilingKind[];
  /** The processes in which its threads are. */
  readonly processes: readonly number[];
  /**
   * Does so many units of work with so many threads.
   *
   * @throws {Error} when its program died.
   */
  run(kind: CeilingKind, threads: number, units: number): Promise<CeilingRun>;
  close(): Promise<void>;
}

/** Opens the best ceiling that this machine has: C threads, or WebAssembly where there is no compiler. */
export async function openCeiling(mostThreads: number): Promise<Ceiling> {
  return (await NativeCeiling.open()) ?? (await WasmCeiling.open(mostThreads));
}

import type { CellRun } from "../worker/measured-workers.ts";
import { NativeCeiling } from "./native-ceiling.ts";
import { WasmCeiling } from "./wasm-ceiling.ts";

/** The resource of the machine that limits the work. */
export type CeilingKind = "compute" | "memory";

/** A run of the ceiling, with the checksum that shows that all its work was done. */
export interface CeilingRun extends CellRun {
  readonly checksum: string;
}

/**
 * The ceiling: the speed-up that native threads reach on this machine, an upper bound for the speed-up of a kernel.
 *
 * Its work consists of units that take equal time and share no data.
 */
export interface Ceiling {
  readonly by: "native" | "wasm";
  readonly kinds: readonly CeilingKind[];
  /** Ids of the processes that its threads run in. */
  readonly processes: readonly number[];
  /**
   * Does so many units of work on so many threads.
   *
   * @throws {Error} when its program exited.
   */
  run(kind: CeilingKind, threads: number, units: number): Promise<CeilingRun>;
  close(): Promise<void>;
}

/** Opens the ceiling: C threads, or WebAssembly where there is no C compiler. */
export async function openCeiling(mostThreads: number): Promise<Ceiling> {
  return (await NativeCeiling.open()) ?? (await WasmCeiling.open(mostThreads));
}

import { wasmCompute } from "../../kernel/wasm-compute.ts";
import type { Crew, CrewRun } from "../worker/measured-workers.ts";
import { startThreadCrew } from "../worker/thread-workers.ts";

/**
 * The ceiling where there is no C compiler: WebAssembly on a crew of threads. It runs in isolates as kernels do, so it
 * cannot show what isolates themselves cost, and it has no memory kind.
 */
export class WasmCeiling {
  readonly by = "wasm";
  readonly kinds = ["compute"] as const;
  readonly #crew: Crew;

  constructor(crew: Crew) {
    this.#crew = crew;
  }

  /** Starts and warms the crew. */
  static async open(mostThreads: number): Promise<WasmCeiling> {
    const plan = { kernel: wasmCompute, size: "medium", workers: mostThreads, warmUpNs: 300e6 } as const;
    return new WasmCeiling(await startThreadCrew(plan, new SharedArrayBuffer(0)));
  }

  get processes(): readonly number[] {
    return this.#crew.processes;
  }

  async run(_: "compute" | "memory", threads: number, units: number): Promise<CrewRun & { checksum: string }> {
    const run = await this.#crew.run(threads, units);
    const parts = run.reports.flatMap((report) => report.parts as number[]);
    return { ...run, checksum: String(parts.reduce((sum, part) => sum + part, 0)) };
  }

  close(): Promise<void> {
    return this.#crew.close();
  }
}

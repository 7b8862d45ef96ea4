import { wasmCompute } from "../../kernel/wasm-compute.ts";
import type { CellRun, MeasuredWorkers } from "../worker/measured-workers.ts";
import { startThreadWorkers } from "../worker/thread-workers.ts";

/**
 * The ceiling where there is no C compiler: WebAssembly on worker threads. It runs in isolates as kernels do, so it
 * does not show the cost of isolates. It has no memory-bound kind.
 */
export class WasmCeiling {
  readonly by = "wasm";
  readonly kinds = ["compute"] as const;
  readonly #workers: MeasuredWorkers;

  constructor(workers: MeasuredWorkers) {
    this.#workers = workers;
  }

  /** Starts the threads and warms them up. */
  static async open(mostThreads: number): Promise<WasmCeiling> {
    const plan = { kernel: wasmCompute, size: "medium", workers: mostThreads, warmUpNs: 300e6 } as const;
    return new WasmCeiling(await startThreadWorkers(plan, new SharedArrayBuffer(0)));
  }

  get processes(): readonly number[] {
    return this.#workers.processes;
  }

  async run(_: "compute" | "memory", threads: number, units: number): Promise<CellRun & { checksum: string }> {
    const run = await this.#workers.run(threads, units);
    const parts = run.reports.flatMap((report) => report.parts as number[]);
    return { ...run, checksum: String(parts.reduce((sum, part) => sum + part, 0)) };
  }

  close(): Promise<void> {
    return this.#workers.close();
  }
}

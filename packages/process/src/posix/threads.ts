import type { Worker } from "node:worker_threads";
import { isForkReady } from "./fork-ready.ts";

/** The Workers of this process that have not ended. */
const workers = new Set<Worker>();

// Every Worker counts itself among what keeps the program alive, whoever made it; only it can take that back.
if (isForkReady()) {
  process.getBuiltinModule("node:diagnostics_channel").subscribe("worker_threads", (message) => {
    const { worker } = message as { readonly worker: Worker };
    workers.add(worker);
    worker.once("exit", () => workers.delete(worker));
  });
}

/** Has no Worker keep a forked child alive: the threads stayed with the parent. */
export function forgetThreads(): void {
  for (const worker of workers) worker.unref();
  workers.clear();
}

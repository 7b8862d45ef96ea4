import type { Worker } from "node:worker_threads";
import { loseHookThread } from "../node-internals/lost-hooks.ts";
import { isForkReady } from "./fork-readiness.ts";

/** The Workers of this process that have not ended. */
const workers = new Set<Worker>();

// Each Worker keeps the program alive, whichever code created it, and only its own unref() undoes that.
if (isForkReady()) {
  process.getBuiltinModule("node:diagnostics_channel").subscribe("worker_threads", (message) => {
    const { worker } = message as { readonly worker: Worker };
    workers.add(worker);
    worker.once("exit", () => workers.delete(worker));
  });
}

/** Makes a forked child wait for no thread, since the threads stayed with the parent: no Worker keeps it alive. */
export function forgetWorkers(): void {
  for (const worker of workers) worker.unref();
  workers.clear();
  loseHookThread();
}

import type { Worker } from "node:worker_threads";
import { requireInternal } from "../node-internals/internal-module.ts";
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

/**
 * Makes a forked child wait for no thread, since the threads stayed with the parent. No Worker keeps the child alive.
 * An import that would call module hooks on a thread, as those of tsx in Node 20, fails with the reason.
 */
export function forgetWorkers(): void {
  for (const worker of workers) worker.unref();
  workers.clear();
  const { InternalWorker } = requireInternal<{ readonly InternalWorker: typeof Worker }>("internal/worker");
  InternalWorker.prototype.postMessage = () => {
    throw new Error(
      "Cannot import in a fork: this program's module hooks run on a thread, which stayed with the parent; " +
        "import before forking, or use Node 22.18 or newer, which loads TypeScript without hooks",
    );
  };
}

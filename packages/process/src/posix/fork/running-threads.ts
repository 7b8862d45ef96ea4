import type { Worker } from "node:worker_threads";
import { internals } from "../node-internals/node-binding.ts";
import { isForkReady } from "./fork-readiness.ts";

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

/**
 * Has a forked child wait for no thread, since they stayed with the parent: no Worker keeps it alive, and what would ask the hooks of
 * modules that run on a thread, as tsx's do in Node 20, fails with the reason.
 */
export function forgetThreads(): void {
  for (const worker of workers) worker.unref();
  workers.clear();
  const { InternalWorker } = internals("internal/worker") as { readonly InternalWorker: typeof Worker };
  InternalWorker.prototype.postMessage = () => {
    throw new Error(
      "Cannot import in a fork: this program's module hooks run on a thread, which stayed with the parent; import before forking, or " +
        "let a Node load TypeScript that needs no hooks for it, 22.18 or newer",
    );
  };
}

import { isMainThread } from "node:worker_threads";

/**
 * Ignores SIGINT in a child process. A terminal sends Ctrl-C to every process of its group, but only the parent
 * decides which children end.
 */
export function ignoreInterrupts(): void {
  if (isMainThread) process.on("SIGINT", () => {});
}

import { isMainThread } from "node:worker_threads";

/** Lets Ctrl-C pass by in a child: the terminal sends it to all, but only who measures decides what ends. */
export function ignoreInterrupts(): void {
  if (isMainThread) process.on("SIGINT", () => {});
}

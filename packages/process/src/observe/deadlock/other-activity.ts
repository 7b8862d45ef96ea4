import type { ObservedChild } from "../../base/observer.ts";

/**
 * Whether the event loop of this thread has something to wait for besides its children: a timer, a socket, a file. The
 * code that waits for it may do anything then.
 *
 * @param children those of this thread that run.
 */
export function hasOtherActivity(children: Iterable<ObservedChild>): boolean {
  const kept = keptByPackage(children);
  for (const resource of process.getActiveResourcesInfo()) {
    const kind = resource === "TTYWrap" ? "PipeWrap" : resource;
    const left = kept.get(kind) ?? 0;
    if (left === 0) return true;
    kept.set(kind, left - 1);
  }
  return false;
}

// At most: one timer checks all waits again; a child that is a process has a channel and a stream, and a fork server is
// a process too. Stdout, stderr and the channel to the parent count also where they keep nothing alive.
function keptByPackage(children: Iterable<ObservedChild>): Map<string, number> {
  const methods = [...children].map(({ startMethod }) => startMethod);
  const threads = methods.filter((method) => method === "thread").length;
  const processes = methods.length - threads + (methods.includes("forkserver") ? 1 : 0);
  const ownPort = process.getBuiltinModule("node:worker_threads").isMainThread ? 0 : 1;
  return new Map([
    ["Timeout", 1],
    ["MessagePort", threads + ownPort],
    ["Worker", threads],
    ["ProcessWrap", processes],
    ["PipeWrap", processes * 2 + 3],
  ]);
}

import { libuv } from "../node-internals/libuv.ts";

/**
 * How many requests of libuv are under way in this process: work on the thread pool, DNS lookups, unfinished writes
 * and connections. They would never end in a forked child, since the threads that serve them stay with the parent.
 */
export function countPendingRequests(): number {
  return libuv().activeRequests() - closingStreams().length;
}

// The end of a stream whose data is written. It needs no other thread, so it happens in the child too, to a descriptor
// that leads nowhere.
function closingStreams(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name.endsWith("ShutdownWrap"));
}

/**
 * Node's names of the requests under way, for messages: `FSReqPromise`, `GetAddrInfoReqWrap`, `WriteWrap`. Some
 * requests are counted and not named: file operations from Node 26 on.
 */
export function pendingRequestNames(): string[] {
  // Node may still list a CloseReq after the file was closed.
  return process
    .getActiveResourcesInfo()
    .filter((name) => /Req|Job|(Write|Connect|Send)Wrap/.test(name) && name !== "CloseReq");
}

/**
 * Waits until no request is under way.
 *
 * @param timeoutMs longest wait in milliseconds.
 * @returns false when time ran out first.
 */
export async function waitForPendingRequests(timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (countPendingRequests() > 0) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return true;
}

import { libc } from "../calls/libc.ts";

/**
 * How many requests this process has under way: work on the thread pool, names being looked up, writes and connections
 * that are not through. A forked child would wait for them for ever, since what works on them stays with the parent.
 */
export function requestsInFlight(): number {
  return libc().uvActiveRequests();
}

/**
 * What is under way, in Node's words, for people to read: `FSReqPromise`, `GetAddrInfoReqWrap`, `WriteWrap`. Not all that is counted is
 * named: from Node 26 on work with files is not.
 */
export function namesInFlight(): string[] {
  // A file that was closed may still be named when that is done.
  return process
    .getActiveResourcesInfo()
    .filter((name) => /Req|Job|(Write|Shutdown|Connect|Send)Wrap/.test(name) && name !== "CloseReq");
}

/**
 * Waits until nothing is under way.
 *
 * @param timeoutMs longest wait in milliseconds.
 * @returns whether that came about.
 */
export async function quiescent(timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (requestsInFlight() > 0) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return true;
}

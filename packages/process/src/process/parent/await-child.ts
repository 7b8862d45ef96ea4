import { type timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { type ObservedWait, type Observer, observer, type Subject } from "../../base/observer.ts";
import { onRecheck } from "../../memory/wait/recheck-timer.ts";
import { currentFlow } from "../../sync/async-flow.ts";
import { awaitedChildren } from "../info/awaited-children.ts";
import type { StartedChild } from "./started-child.ts";

/**
 * Waits for the end or the result of a child, as `withDeadline` does, and reports the wait to the observer.
 *
 * @param what it waits for, in messages: `the end`.
 * @throws {DeadlockError} when the wait cannot end.
 */
export async function awaitChild<T>(
  child: StartedChild,
  promise: Promise<T>,
  options: WaitOptions,
  what: "the end" | "the result",
): Promise<T | typeof timedOut> {
  const { name, lineage } = child.settings;
  const awaited = { subject: { id: `child ${lineage.join(".")}`, name } };
  awaitedChildren.add(awaited);
  try {
    if (observer === undefined) return await withDeadline(promise, options);
    return await awaitObserved(observer, child, awaited.subject, promise, options, what);
  } finally {
    awaitedChildren.delete(awaited);
  }
}

async function awaitObserved<T>(
  observer: Observer,
  child: StartedChild,
  subject: Subject,
  promise: Promise<T>,
  options: WaitOptions,
  what: string,
): Promise<T | typeof timedOut> {
  const { name } = subject;
  const wait = observer.wait({
    kind: "child",
    subject,
    isBlocking: false,
    isLimited: options.timeoutMs !== undefined || options.signal !== undefined,
    enders: { threads: () => [child.threadName ?? ""], object: () => `${what} of ${name}`, act: "ends" },
    ...(observer.tracksFlows && { flow: currentFlow() }),
  });
  wait.tried(false);
  const [failed, stop] = observer.tracksFlows ? failureOf(wait) : [];
  try {
    return await withDeadline(failed === undefined ? promise : Promise.race([promise, failed]), options);
  } finally {
    stop?.();
    wait.end();
  }
}

/** Tries a wait until it fails. Returns a promise that rejects then, and a function that stops this. */
function failureOf(wait: ObservedWait): [failed: Promise<never>, stop: () => void] {
  let stop = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    stop = onRecheck(() => {
      try {
        wait.tried(false);
      } catch (error) {
        reject(error);
      }
      return true;
    });
  });
  return [failed, stop];
}

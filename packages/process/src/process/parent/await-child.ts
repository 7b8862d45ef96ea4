import { type timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { observer } from "../../base/observer.ts";
import type { StartedChild } from "./started-child.ts";

/** Waits for the end or the result of a child, as `withDeadline` does, and reports the wait to the observer. */
export async function awaitChild<T>(
  { settings }: StartedChild,
  promise: Promise<T>,
  options: WaitOptions,
): Promise<T | typeof timedOut> {
  if (observer === undefined) return withDeadline(promise, options);
  const isLimited = options.timeoutMs !== undefined || options.signal !== undefined;
  const subject = { id: `child ${settings.lineage.join(".")}`, name: settings.name };
  const wait = observer.wait({ kind: "child", subject, isBlocking: false, isLimited });
  wait.tried(false);
  try {
    return await withDeadline(promise, options);
  } finally {
    wait.end();
  }
}

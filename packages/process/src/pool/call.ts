import { TimeoutError } from "../base/errors.ts";
import type { Crew } from "./crew.ts";
import { describe } from "./death.ts";
import type { KnownFunction } from "./known-function.ts";
import type { ApplyOptions } from "./pool-options.ts";
import { type CancelOutcome, Task, type TaskOutcome } from "./task.ts";

/** Gives one call to a crew. Resolves with what it returns, rejects with what it throws or with what kept it from answering. */
export function runCall(
  crew: Crew,
  fn: KnownFunction,
  args: readonly unknown[],
  { signal, timeoutMs, onCancel, retry }: ApplyOptions,
): Promise<unknown> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const release = crew.hold();
    const settled = (outcome: TaskOutcome) => {
      release();
      signal?.removeEventListener("abort", abort);
      const [failed] = "error" in outcome ? [[0, outcome.error] as const] : outcome.errors;
      if (failed === undefined) resolve((outcome as { readonly values: unknown }).values);
      else reject(failed[1]);
    };
    const told = (how: CancelOutcome, error: unknown) => {
      onCancel?.(how);
      return error;
    };
    const task: Task = new Task({
      fn,
      kind: "call",
      call: "apply",
      input: args,
      attempts: retry?.attempts ?? 1,
      isExclusive: signal !== undefined || timeoutMs !== undefined,
      timeout:
        timeoutMs === undefined
          ? undefined
          : {
              ms: timeoutMs,
              errorFor: (how) => told(how, outOfTime(describe(task), timeoutMs, how)),
            },
      settled,
    });
    const abort = () => crew.cancel(task, signal?.reason, (how) => told(how, signal?.reason));
    signal?.addEventListener("abort", abort, { once: true });
    crew.push(task);
  });
}

function outOfTime(what: string, timeoutMs: number, how: CancelOutcome): TimeoutError {
  const then =
    how === "killed" ? "it did not stop when asked to, and its worker was ended" : "it stopped when asked to";
  return new TimeoutError(`No result of ${what} within ${timeoutMs} ms: ${then}; give it more time`);
}

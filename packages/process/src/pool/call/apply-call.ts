import { TimeoutError } from "../../base/errors.ts";
import { type CancelOutcome, Task, type TaskOutcome, type TaskSpec } from "../schedule/task.ts";
import type { WorkerSet } from "../schedule/worker-set.ts";
import type { KnownFunction } from "../wire/known-function.ts";
import { guarded } from "./guarded.ts";
import type { ApplyOptions } from "./pool-options.ts";

/** Gives one call to a crew. Resolves with what it returns, rejects with what it throws or with what kept it from answering. */
export function runCall(
  crew: WorkerSet,
  fn: KnownFunction,
  args: readonly unknown[],
  options: ApplyOptions,
): Promise<unknown> {
  const { signal, timeoutMs, retry } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const settled = (outcome: TaskOutcome) => {
      crew.release();
      const [failed] = "error" in outcome ? [[0, outcome.error] as const] : outcome.errors;
      if (failed === undefined) resolve((outcome as { readonly values: unknown }).values);
      else reject(failed[1]);
    };
    const spec: TaskSpec = { fn, kind: "call", call: "apply", input: args, attempts: retry?.attempts, settled };
    const mayBeEnded = signal !== undefined || timeoutMs !== undefined;
    crew.hold();
    crew.push(mayBeEnded ? endableTask(crew, spec, options) : new Task(spec));
  });
}

/** A task that is cancelled when the signal aborts, or when its time is out. */
function endableTask(crew: WorkerSet, spec: TaskSpec, { signal, timeoutMs, onCancel }: ApplyOptions): Task {
  const tell = onCancel && guarded(onCancel);
  const told = (how: CancelOutcome, error: unknown) => {
    tell?.(how);
    return error;
  };
  const abort = () => crew.cancel(task, signal?.reason, (how) => told(how, signal?.reason));
  const timeout = timeoutMs !== undefined && {
    ms: timeoutMs,
    errorFor: (how: CancelOutcome) => told(how, outOfTime(task.title, timeoutMs, how)),
  };
  const task: Task = new Task({
    ...spec,
    isExclusive: true,
    ...(timeout && { timeout }),
    settled(outcome) {
      signal?.removeEventListener("abort", abort);
      spec.settled(outcome);
    },
  });
  signal?.addEventListener("abort", abort, { once: true });
  return task;
}

function outOfTime(what: string, timeoutMs: number, how: CancelOutcome): TimeoutError {
  const then =
    how === "killed" ? "it did not stop when asked to, and its worker was ended" : "it stopped when asked to";
  return new TimeoutError(`No result of ${what} within ${timeoutMs} ms: ${then}; give it more time`);
}

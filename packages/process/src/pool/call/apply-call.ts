import { onAbort } from "../../base/abort-listener.ts";
import { TimeoutError } from "../../base/errors.ts";
import { type CancelOutcome, Task, type TaskOutcome, type TaskSpec } from "../schedule/task.ts";
import { takeCallContext } from "../schedule/task-observer.ts";
import type { WorkerSet } from "../schedule/worker-set.ts";
import type { KnownFunction } from "../wire/known-function.ts";
import type { ApplyOptions } from "./call-options.ts";
import { describeEnd } from "./item-timeout.ts";
import { safeCallback } from "./safe-callback.ts";

/** Runs one call in a worker set. Resolves with its value; rejects with its error, or with the reason for no answer. */
export function runApply(
  workerSet: WorkerSet,
  fn: KnownFunction,
  args: readonly unknown[],
  options: ApplyOptions,
): Promise<unknown> {
  const { signal, timeoutMs, retry, priority } = options;
  signal?.throwIfAborted();
  const context = takeCallContext(workerSet.options);
  return new Promise((resolve, reject) => {
    const onSettled = (outcome: TaskOutcome) => {
      workerSet.endCall();
      if ("error" in outcome) reject(outcome.error);
      else resolve(outcome.values);
    };
    const attempts = retry?.attempts;
    const spec: TaskSpec = { fn, kind: "call", call: "apply", input: args, attempts, priority, context, onSettled };
    const mayBeCancelled = signal !== undefined || timeoutMs !== undefined;
    const task = mayBeCancelled ? cancellableTask(workerSet, spec, options) : new Task(spec);
    workerSet.beginCall();
    workerSet.push(task);
  });
}

/** A task that is cancelled when the signal aborts or the time limit has passed. */
function cancellableTask(workerSet: WorkerSet, spec: TaskSpec, { signal, timeoutMs, onCancel }: ApplyOptions): Task {
  const notify = onCancel && safeCallback(onCancel);
  const notifyAndReturn = (how: CancelOutcome, error: unknown) => {
    notify?.(how);
    return error;
  };
  const abort = () => workerSet.cancel(task, signal?.reason, (how) => notifyAndReturn(how, signal?.reason));
  const timeout = timeoutMs !== undefined && {
    ms: timeoutMs,
    errorFor: (how: CancelOutcome) => notifyAndReturn(how, timeoutError(task.title, timeoutMs, how)),
  };
  const task: Task = new Task({
    ...spec,
    isExclusive: true,
    ...(timeout && { timeout }),
    onSettled(outcome) {
      removeAbort();
      spec.onSettled(outcome);
    },
  });
  const removeAbort = onAbort(signal, abort);
  return task;
}

function timeoutError(title: string, timeoutMs: number, how: CancelOutcome): TimeoutError {
  return new TimeoutError(`No result of ${title} within ${timeoutMs} ms: ${describeEnd(how)}; give it more time`);
}

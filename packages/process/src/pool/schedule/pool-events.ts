import type { Channel } from "node:diagnostics_channel";
import type { PoolWorker } from "./pool-worker.ts";
import type { Task, TaskOutcome } from "./task.ts";

/**
 * A state change of a task, published on the diagnostics channel `manyhands.pool.task`.
 *
 * A `map` cuts a chunk when a worker is free, so that `queued` comes right before `started`. The chunk has waited since
 * the call, or since the chunk before it was cut.
 */
export interface PoolTaskEvent {
  readonly edge: "queued" | "started" | "succeeded" | "failed" | "cancelled" | "retried";
  readonly pool: string;
  readonly task: number;
  /** The method that was called: `apply`, `map`. */
  readonly call: string;
  /** The function's name. */
  readonly name: string;
  /** How many items the task has; a call counts as one. */
  readonly items: number;
  /** The name of the task's worker; `null` when no worker has the task. */
  readonly worker: string | null;
  /** The process id and the thread id of that worker, as of {@link PoolWorkerEvent}; only when one has the task. */
  readonly pid?: number;
  readonly threadId?: number;
  /** The name of that worker's machine; `null` for this machine, and while it is not known. */
  readonly host: string | null;
  /** How long the task waited for a worker, in milliseconds; only when it was sent to one. */
  readonly waitedMs?: number;
  /** How long the task ran, in milliseconds; only when it has ended. */
  readonly ms?: number;
  /** The error that its call gets; that of the first item that failed. Only when it has failed or was cancelled. */
  readonly error?: unknown;
}

/** A state change of a worker, published on the diagnostics channel `manyhands.pool.worker`. */
export interface PoolWorkerEvent {
  readonly edge: "started" | "ready" | "recycled" | "ended";
  readonly pool: string;
  readonly worker: string;
  /** 0 while it is not known. */
  readonly pid: number;
  /** The name of its machine; `null` for this machine, and while it is not known. */
  readonly host: string | null;
  readonly threadId: number;
  /**
   * Why it was recycled or ended: `"tasks"`, `"memory"`, `"idle"`, `"resized"`, `"machine"`, `"shared"`, `"closed"`,
   * `"terminated"`, `"cancelled"`, `"died"`.
   */
  readonly reason?: string;
  readonly exitCode?: number;
}

let channels: { readonly task: Channel; readonly worker: Channel } | undefined;

function channel(name: "task" | "worker"): Channel {
  if (channels === undefined) {
    const make = process.getBuiltinModule("node:diagnostics_channel").channel;
    channels = { task: make("manyhands.pool.task"), worker: make("manyhands.pool.worker") };
  }
  return channels[name];
}

/** Publishes a state change of a task, if the channel has subscribers. */
export function publishTaskEvent(
  edge: PoolTaskEvent["edge"],
  pool: string,
  { id, items, spec, waitedMs }: Task,
  worker: PoolWorker | null,
  ms?: number,
  outcome?: TaskOutcome,
): void {
  const to = channel("task");
  if (!to.hasSubscribers) return;
  const event: PoolTaskEvent = {
    edge,
    pool,
    task: id,
    call: spec.call,
    name: spec.fn.name,
    items,
    worker: worker?.name ?? null,
    ...(worker !== null && { pid: worker.engineWorker.pid, threadId: worker.engineWorker.threadId }),
    host: worker?.engineWorker.host ?? null,
    ...(waitedMs !== undefined && { waitedMs }),
    ...(ms !== undefined && { ms }),
    ...(outcome !== undefined && edge !== "succeeded" && { error: errorOf(outcome) }),
  };
  to.publish(event);
}

function errorOf(outcome: TaskOutcome): unknown {
  return "error" in outcome ? outcome.error : outcome.errors[0]?.[1];
}

/** Publishes a state change of a worker, if the channel has subscribers. */
export function publishWorkerEvent(event: () => PoolWorkerEvent): void {
  const to = channel("worker");
  if (to.hasSubscribers) to.publish(event());
}

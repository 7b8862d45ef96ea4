import type { Channel } from "node:diagnostics_channel";
import type { Member } from "./pool-worker.ts";
import type { Task } from "./task.ts";

/** An edge in the life of a task, published on the diagnostics channel `manyhands.pool.task`. */
export interface PoolTaskEvent {
  readonly edge: "queued" | "started" | "succeeded" | "failed" | "cancelled" | "retried";
  readonly pool: string;
  readonly task: number;
  /** The function's name. */
  readonly name: string;
  /** How many items it has; a call is one. */
  readonly items: number;
  /** The name of the worker that it is on, where it is on one. */
  readonly worker: string | null;
  /** How long it ran, in milliseconds; only when it has ended. */
  readonly ms?: number;
}

/** An edge in the life of a worker, published on the diagnostics channel `manyhands.pool.worker`. */
export interface PoolWorkerEvent {
  readonly edge: "started" | "ready" | "recycled" | "ended";
  readonly pool: string;
  readonly worker: string;
  readonly pid: number;
  readonly threadId: number;
  /** Why it was recycled or ended: `"tasks"`, `"memory"`, `"closed"`, `"terminated"`, `"cancelled"`, `"died"`. */
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

/** Publishes an edge of a task's life, when somebody listens. */
export function publishTask(
  edge: PoolTaskEvent["edge"],
  pool: string,
  { id, items, spec }: Task,
  member: Member | null,
  ms?: number,
): void {
  const to = channel("task");
  if (!to.hasSubscribers) return;
  const event: PoolTaskEvent = { edge, pool, task: id, name: spec.fn.name, items, worker: member?.name ?? null };
  to.publish(ms === undefined ? event : { ...event, ms });
}

/** Publishes an edge of a worker's life, when somebody listens. */
export function publishWorker(event: () => PoolWorkerEvent): void {
  const to = channel("worker");
  if (to.hasSubscribers) to.publish(event());
}

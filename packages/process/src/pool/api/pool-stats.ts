import type { StartMethodName } from "../../start/start-method.ts";
import type { WorkerSet } from "../schedule/worker-set.ts";

/** A worker of a pool at this moment. */
export interface WorkerStats {
  readonly name: string;
  readonly pid: number;
  /** 0 when it has a process of its own. */
  readonly threadId: number;
  readonly state: "booting" | "idle" | "busy" | "ending";
  /** Tasks that it has answered. */
  readonly tasks: number;
}

/** What a pool is doing, and what it has done. Tasks are calls and chunks. */
export interface PoolStats {
  readonly name: string;
  readonly startMethod: StartMethodName;
  readonly state: "open" | "closing" | "terminated" | "broken";
  /** How many workers it has when all is well. */
  readonly size: number;
  readonly workers: readonly WorkerStats[];
  /** Tasks that wait for a worker; of a `map` the items. */
  readonly queued: number;
  /** Tasks that are with a worker. */
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly retried: number;
  /** Workers that died unasked. */
  readonly died: number;
  /** Workers that were replaced for their tasks or their memory. */
  readonly recycled: number;
  /** Milliseconds that tasks waited for a worker, all together. */
  readonly waitedMs: number;
  /** Milliseconds that tasks ran, all together. */
  readonly ranMs: number;
}

/** Takes the figures of a crew. */
export function statsOf(crew: WorkerSet): PoolStats {
  const { name, size, engine } = crew.options;
  const members = [...crew.members];
  return {
    name,
    startMethod: engine.startMethod,
    state: crew.state,
    size,
    workers: members.map((member) => ({
      name: member.name,
      pid: member.worker.pid,
      threadId: member.worker.threadId,
      state: member.state === "booting" || member.state === "ending" ? member.state : member.isIdle ? "idle" : "busy",
      tasks: member.answered,
    })),
    queued: crew.queued,
    running: crew.running,
    ...crew.counts,
  };
}

/** What a crew is and does, in a line for people. */
export function describeCrew(crew: WorkerSet): string {
  const { name, size, engine } = crew.options;
  const isClosed = crew.state === "closing" && crew.members.size === 0;
  const state = crew.state === "open" ? `${crew.queued} queued, ${crew.running} running` : crew.state;
  return `${name}, ${size} by ${engine.startMethod}, ${isClosed ? "closed" : state}`;
}

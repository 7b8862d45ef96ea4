import type { ResourceLimits } from "node:worker_threads";
import type { StartMethodName } from "../../start/start-method.ts";

/**
 * Where a process is in its life, as operating-systems courses draw it: `new` (made, not started) → `ready` (started, its
 * target not yet called) → `running` ⇄ `waiting` (on a processor, or not) → `zombie` (ended, not yet joined) → `terminated`.
 *
 * Linux tells `running` from `waiting`; elsewhere a process that has begun is `running`.
 */
export type ProcessState = "new" | "ready" | "running" | "waiting" | "zombie" | "terminated";

/** What is known of a process: its control block. Figures that nobody can tell (any more) are `null`. */
export interface ProcessInfo {
  /** The operating system's id of the process; a thread has that of its program. */
  readonly pid: number;
  /** The thread's id as `worker_threads` counts, 0 for a process's main thread. */
  readonly threadId: number;
  readonly parentPid: number;
  readonly name: string;
  readonly state: ProcessState;
  /** How it was born; `null` for the main process. */
  readonly startMethod: StartMethodName | null;
  readonly daemon: boolean;
  readonly exitCode: number | null;
  /** Processor time in the program's own code, in milliseconds; of the thread alone when it is a thread. */
  readonly cpuUserMs: number | null;
  /** Processor time in the operating system on its behalf, in milliseconds. */
  readonly cpuSystemMs: number | null;
  /** Bytes of its JavaScript heap in use; `null` also while it is too busy to answer. */
  readonly heapUsedBytes: number | null;
  /** Bytes of physical memory; a thread has that of its program. */
  readonly residentBytes: number | null;
  /** How many items are in the queues that it has; `null` when it has none. Who shares a queue tells of it as well. */
  readonly queuedItems: number | null;
  /** How many tasks wait or run in the pools that it made; `null` when it made none. */
  readonly tasks: number | null;
  /** The limits that a thread was given. */
  readonly limits: ResourceLimits | null;
  readonly startedAt: Date;
}

import type { ResourceLimits } from "node:worker_threads";
import type { ProcessTimes } from "../../observe/times/process-times.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import type { SupervisorInfo } from "./supervisor-info.ts";

/**
 * The state of a process, as in textbooks on operating systems: `new` (made, not started) → `ready` (started, its
 * target not called yet) → `running` ⇄ `waiting` (on a processor, or not) → `zombie` (ended, not joined) →
 * `terminated`.
 *
 * Only Linux distinguishes `running` from `waiting`; elsewhere a process whose target was called is `running`.
 */
export type ProcessState = "new" | "ready" | "running" | "waiting" | "zombie" | "terminated";

/** The control block of a process: its ids, state and figures. A figure that is unavailable is `null`. */
export interface ProcessInfo {
  /**
   * The operating system's id of the process; for a thread, that of the process it runs in. `null` before the start,
   * and until the fork server has answered, which may boot or import modules.
   */
  readonly pid: number | null;
  /** The thread's id as `worker_threads` counts; 0 for the main thread of a process. */
  readonly threadId: number;
  readonly parentPid: number;
  readonly name: string;
  readonly state: ProcessState;
  /** How it was started; `null` for the main process. */
  readonly startMethod: StartMethodName | null;
  readonly daemon: boolean;
  readonly exitCode: number | null;
  /** Processor time in user mode, in milliseconds; for a thread, of the thread alone. */
  readonly cpuUserMs: number | null;
  /** Processor time in kernel mode, in milliseconds. */
  readonly cpuSystemMs: number | null;
  /** Used bytes of the JavaScript heap; `null` while the process is too busy to answer. */
  readonly heapUsedBytes: number | null;
  /** Bytes of physical memory; for a thread, those of the process it runs in. */
  readonly residentBytes: number | null;
  /** Number of items in its queues; `null` when it has none. Each process that shares a queue counts its items. */
  readonly queuedItems: number | null;
  /** Number of tasks that wait or run in the pools that it made; `null` when it made none. */
  readonly tasks: number | null;
  /** The supervisors that run in it and are below no other one there; `null` when there are none. */
  readonly supervisors: readonly SupervisorInfo[] | null;
  /** Where its time goes; `null` while no program watches that, as `manyhands top` does. */
  readonly times: ProcessTimes | null;
  /** The limits that a thread was given. */
  readonly limits: ResourceLimits | null;
  readonly startedAt: Date;
}

import type { ChildEdge, TaskEdge, WaitKind } from "../../base/observer.ts";

/**
 * An event in the file of a process: a line of JSON. The second element is the time, in microseconds since the trace
 * began; where an event has a duration, it is the third element, in microseconds, and the time is its begin.
 *
 * Names are stored once: `["name", index, id, name]` gives an index that later events of the file use.
 */
export type TraceEvent =
  | readonly ["process", at: number, header: ProcessHeader]
  | readonly ["name", index: number, id: string, name: string]
  | readonly [
      "child",
      at: number,
      edge: ChildEdge,
      id: string,
      name: string,
      method: string | null,
      code: number | null,
      pid: number | null,
      threadId: number | null,
    ]
  | readonly ["reached", at: number, state: "running" | "answered"]
  | readonly ["end", at: number, code: number]
  /** A wait that has begun. A `wait` with the same begin replaces it. */
  | readonly ["waiting", at: number, kind: WaitKind, name: number, isBlocking: 0 | 1, holder: string | null]
  | readonly [
      "wait",
      at: number,
      duration: number,
      kind: WaitKind,
      name: number,
      isBlocking: 0 | 1,
      holder: string | null,
    ]
  | readonly ["hold", at: number, duration: number, name: number]
  | readonly ["put" | "got", at: number, name: number, position: number, bytes: number]
  | readonly ["sent" | "received", at: number, channel: number, number: number, bytes: number | null]
  | readonly ["task", at: number, edge: TaskEdge, task: number, name: number, items: number]
  | readonly ["ran", at: number, duration: number, task: number, name: number, items: number]
  | readonly ["gc", at: number, duration: number, kind: number]
  | readonly ["idle", at: number, duration: number]
  /** Times since the process began, in milliseconds; `null` where the system does not say. */
  | readonly ["cpu", at: number, userMs: number, systemMs: number, readyMs: number | null, heapBytes: number]
  /** How many events of each kind were left out for want of space, since the process began. */
  | readonly ["dropped", at: number, counts: Readonly<Record<string, number>>];

/** The first event of a process. */
export interface ProcessHeader {
  /** The version of this format. */
  readonly version: 1;
  /** Its name in the trace: the program, and the position in its process tree. */
  readonly id: string;
  /** That of its parent; `null` for a main process. */
  readonly parent: string | null;
  readonly name: string;
  readonly pid: number;
  /** As `worker_threads` counts; 0 for the main thread of a process. */
  readonly threadId: number;
  /** The kernel's id of the thread; `null` on systems without `/proc`. */
  readonly tid: number | null;
  readonly startMethod: string | null;
  readonly node: string;
  readonly argv: readonly string[];
}

/** Events that are kept when a file is full: the life of processes. */
export const lifeEvents: ReadonlySet<string> = new Set([
  "process",
  "name",
  "child",
  "reached",
  "end",
  "dropped",
  "waiting",
]);

import type { WaitKind } from "../../base/observer.ts";
import type { ProcessState } from "./process-state.ts";

/** What a process does during a part of its life. */
export type Activity = "computing" | "gc" | "idle" | WaitKind;

/** A part of the life of a process. Times are in microseconds since the trace began. */
export interface Stretch {
  readonly begin: number;
  readonly end: number;
  readonly state: ProcessState;
  /** `null` while it is new, ready, a zombie or terminated. */
  readonly activity: Activity | null;
  /** What it waits for; else empty. */
  readonly subject: string;
}

/** A task that a pool's worker ran. */
export interface TaskSpan {
  readonly begin: number;
  readonly end: number;
  readonly id: number;
  readonly name: string;
  readonly items: number;
}

/** A time during which a process held a lock. */
export interface HoldSpan {
  readonly begin: number;
  readonly end: number;
  readonly id: string;
  readonly name: string;
}

/** A wait, with the thread that held the lock when it began. */
export interface WaitSpan {
  readonly begin: number;
  readonly end: number;
  readonly kind: WaitKind;
  readonly id: string;
  readonly name: string;
  readonly isBlocking: boolean;
  readonly holder: string | null;
}

/** Processor time and memory at a moment; times since the process began, in milliseconds. */
export interface Sample {
  readonly at: number;
  readonly userMs: number;
  readonly systemMs: number;
  readonly readyMs: number | null;
  readonly heapBytes: number;
}

/** A process, or a thread that is a child, in a trace. */
export interface Lane {
  readonly id: string;
  readonly parent: string | null;
  readonly name: string;
  readonly pid: number;
  readonly threadId: number;
  readonly startMethod: string | null;
  /** When it was made, started, and ended. */
  readonly begin: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** `null` when the trace ends before it, or its parent did not see the end. */
  readonly exitCode: number | null;
  /** Its whole life, without gaps. */
  readonly stretches: readonly Stretch[];
  readonly tasks: readonly TaskSpan[];
  readonly holds: readonly HoldSpan[];
  readonly waits: readonly WaitSpan[];
  readonly samples: readonly Sample[];
  readonly gcPauses: readonly { readonly begin: number; readonly end: number }[];
  readonly messages: MessageCounts;
  readonly dropped: Readonly<Record<string, number>>;
}

/** Messages over the channel to the parent and to children, and values of queues and pipes. */
export interface MessageCounts {
  readonly sent: number;
  readonly sentBytes: number;
  readonly received: number;
  readonly receivedBytes: number;
  readonly put: number;
  readonly putBytes: number;
  readonly got: number;
  readonly gotBytes: number;
}

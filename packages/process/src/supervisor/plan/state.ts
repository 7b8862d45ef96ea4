import type { ChildExit } from "./exit.ts";
import type { Rules } from "./rules.ts";

/**
 * The state of a child:
 * - `down`: it is to be started when its turn comes
 * - `starting`: it was started, and has not reported itself ready
 * - `up`: it was started, and is ready
 * - `ending`: it was asked to end
 * - `waiting`: its back-off runs, then it is down
 * - `over`: it has ended and is not to be started
 */
export type ChildStatus = "down" | "starting" | "up" | "ending" | "waiting" | "over";

export interface PlannedChild {
  readonly status: ChildStatus;
  /** Whether it is alive and to be ended when its turn comes. */
  readonly mustEnd: boolean;
  /** Whether it was ready once. */
  readonly wasUp: boolean;
  /** How many times it has exited in a row, each time before it had run for longer than its longest back-off. */
  readonly failures: number;
}

/** Why a supervisor ends. */
export type Outcome =
  | { readonly kind: "closed" }
  /** Each child has ended and is not to be started again. */
  | { readonly kind: "finished" }
  /** A child failed at its first start. */
  | { readonly kind: "unstarted"; readonly exit: ChildExit }
  /** Too many restarts were due. The exits are those within the period, oldest first. */
  | { readonly kind: "gaveUp"; readonly exits: readonly ChildExit[] };

export interface State {
  /** `starting` until each child has been started once; `ending` from the decision to end until all have ended. */
  readonly phase: "new" | "starting" | "running" | "ending" | "over";
  /** `null` until it ends. */
  readonly outcome: Outcome | null;
  readonly children: readonly PlannedChild[];
  /** The restarts within the period, oldest first: when each was due, and the exit that caused it. */
  readonly restarts: readonly CountedRestart[];
}

export interface CountedRestart {
  /** In milliseconds of any monotonic clock. */
  readonly atMs: number;
  readonly exit: ChildExit;
}

/** What has happened. Children are numbered in the order of starting. */
export type PlanEvent =
  | { readonly type: "start" }
  | { readonly type: "ready"; readonly child: number }
  | { readonly type: "ended"; readonly child: number; readonly exit: ChildExit; readonly atMs: number }
  | { readonly type: "backOffOver"; readonly child: number }
  | { readonly type: "close" };

/** What is to be done, in this order. */
export type Action =
  | { readonly type: "launch"; readonly child: number }
  /** Ask the child to end. */
  | { readonly type: "end"; readonly child: number }
  /** Wait before the restart of a child that has failed so many times in a row. */
  | { readonly type: "wait"; readonly child: number; readonly failures: number }
  | { readonly type: "cancelWait"; readonly child: number }
  /** Each child has been started once. */
  | { readonly type: "reportStarted" }
  /** The supervisor begins to end. */
  | { readonly type: "reportEnding"; readonly outcome: Outcome }
  /** No child is left. */
  | { readonly type: "reportOver" };

/** The state of a supervisor that is not started. */
export function initialState({ children }: Rules): State {
  const child: PlannedChild = { status: "down", mustEnd: false, wasUp: false, failures: 0 };
  return { phase: "new", outcome: null, children: children.map(() => child), restarts: [] };
}

/** Whether a child runs, ready or not, and was not asked to end. */
export function isAlive({ status }: PlannedChild): boolean {
  return status === "starting" || status === "up";
}

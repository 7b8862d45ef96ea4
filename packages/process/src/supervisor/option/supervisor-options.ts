import type { ChildExit } from "../plan/exit.ts";
import type { Strategy } from "../plan/rules.ts";

/** The options of a Supervisor. */
export interface SupervisorOptions {
  /**
   * Which children are started again when one is: `"oneForOne"` that one, `"oneForAll"` all, `"restForOne"` that one
   * and those that are started after it. Children that are alive end first, in reverse order. Default: `"oneForOne"`.
   */
  readonly strategy?: Strategy;
  /** The supervisor gives up when more restarts than this are due within `withinMs`. Default: 3. */
  readonly maxRestarts?: number;
  /** The period for `maxRestarts`, in milliseconds. Default: 5000. */
  readonly withinMs?: number;
  /** For people: events, logs, errors and `manyhands top` have it. Default: `"supervisor"`. */
  readonly name?: string;
  /** Is called with each event. An error that it throws becomes a warning. Default: nothing. */
  readonly onEvent?: (event: SupervisorEvent) => void;
}

/**
 * Something that happened to a supervisor or to one of its children, as `onEvent` and the diagnostics channel
 * `manyhands.supervisor` get it.
 */
export interface SupervisorEvent {
  /**
   * Of a child: `"started"`, `"restarted"`, `"ready"`; `"exited"`, when it ended before its supervisor asked it to;
   * `"ended"`, when its supervisor had asked. Of the supervisor: `"gaveUp"` and `"closed"`.
   */
  readonly edge: "started" | "restarted" | "ready" | "exited" | "ended" | "gaveUp" | "closed";
  /** The supervisor's name. */
  readonly supervisor: string;
  /** The child's name; `null` for an event of the supervisor. */
  readonly child: string | null;
  /** The child's pid; `null` when it has none, or not yet. */
  readonly pid: number | null;
  /** How often the child was started again. */
  readonly restarts: number;
  /** How the child exited; only for `"exited"`. */
  readonly exit?: ChildExit;
  /** Why the supervisor gave up; only for `"gaveUp"`. */
  readonly error?: Error;
}

import { type ChildExit, isNormal } from "./exit.ts";
import { type Rules, restartsToo } from "./rules.ts";
import { type Action, isAlive, type Outcome, type PlanEvent, type PlannedChild, type State } from "./state.ts";

/** The next state, and what is to be done. */
export interface Planned {
  readonly state: State;
  readonly actions: readonly Action[];
}

/**
 * Decides what a supervisor does after an event. It keeps no state, reads no clock and does nothing itself.
 *
 * Children start one after another, and end one after another in reverse order. With `oneForOne`, restarts of different
 * children do not wait for each other.
 *
 * Source: Erlang/OTP's `supervisor`. Ours adds the back-off and readiness, and ends a supervisor that can have no child
 * any more, since none can be added.
 */
export function plan(rules: Rules, state: State, event: PlanEvent): Planned {
  const draft = new Draft(rules, state);
  switch (event.type) {
    case "start":
      draft.phase = "starting";
      break;
    case "ready":
      if (draft.at(event.child).status === "starting") draft.set(event.child, { status: "up", wasUp: true });
      break;
    case "ended":
      childEnded(draft, event.child, event.exit, event.atMs);
      break;
    case "backOffOver":
      if (draft.at(event.child).status === "waiting") draft.set(event.child, { status: "down" });
      break;
    case "close":
      if (draft.phase !== "ending" && draft.phase !== "over") beginEnding(draft, { kind: "closed" });
  }
  if (draft.phase === "ending") endNext(draft);
  else if (draft.phase !== "over") restartNext(draft);
  return draft.planned;
}

/** The state while a plan is made. */
class Draft {
  readonly rules: Rules;
  readonly actions: Action[] = [];
  phase: State["phase"];
  outcome: State["outcome"];
  restarts: State["restarts"];
  readonly #children: PlannedChild[];

  constructor(rules: Rules, { phase, outcome, children, restarts }: State) {
    this.rules = rules;
    this.phase = phase;
    this.outcome = outcome;
    this.restarts = restarts;
    this.#children = [...children];
  }

  at(child: number): PlannedChild {
    return this.#children[child] as PlannedChild;
  }

  set(child: number, change: Partial<PlannedChild>): void {
    this.#children[child] = { ...this.at(child), ...change };
  }

  /** The numbers of the children for which a condition holds, in the order of starting. */
  where(holds: (child: PlannedChild, index: number) => boolean): number[] {
    return this.#children.flatMap((child, index) => (holds(child, index) ? [index] : []));
  }

  get planned(): Planned {
    const { phase, outcome, restarts, actions } = this;
    return { state: { phase, outcome, restarts, children: this.#children }, actions };
  }
}

function childEnded(draft: Draft, child: number, exit: ChildExit, atMs: number): void {
  const { status, mustEnd, wasUp, failures } = draft.at(child);
  if (status !== "ending" && !isAlive(draft.at(child))) return;
  const { restart, longestBackOffMs } = draft.rules.children[child] as Rules["children"][number];
  // A child that was to be ended anyway is not charged with its end, even if it ended by itself before its turn.
  if (draft.phase === "ending" || status === "ending" || mustEnd) {
    draft.set(
      child,
      restart === "temporary" ? { status: "over", mustEnd: false, wasUp: true } : { status: "down", mustEnd: false },
    );
    return;
  }
  const isFine = isNormal(exit) && restart !== "permanent";
  draft.set(child, { status: "over", wasUp: true });
  if (!wasUp && !isFine && draft.phase === "starting") {
    beginEnding(draft, { kind: "unstarted", exit });
    return;
  }
  if (isFine || restart === "temporary") return;
  draft.restarts = countRestart(draft, { atMs, exit });
  if (draft.restarts.length > draft.rules.maxRestarts) {
    beginEnding(draft, { kind: "gaveUp", exits: draft.restarts.map((each) => each.exit) });
    return;
  }
  if (longestBackOffMs === null) draft.set(child, { status: "down" });
  else {
    const inARow = exit.ranMs > longestBackOffMs ? 1 : failures + 1;
    draft.set(child, { status: "waiting", failures: inARow });
    draft.actions.push({ type: "wait", child, failures: inARow });
  }
  restartOthers(draft, child);
}

/** Adds a restart to those that count, and drops those that are older than the period. */
function countRestart(draft: Draft, restart: State["restarts"][number]): State["restarts"] {
  const since = restart.atMs - draft.rules.withinMs;
  return [...draft.restarts.filter(({ atMs }) => atMs >= since), restart];
}

/** Marks the other children that the strategy restarts: those that are alive end first. */
function restartOthers(draft: Draft, child: number): void {
  const { strategy, children } = draft.rules;
  for (const other of draft.where((_, index) => index !== child && restartsToo(strategy, child, index))) {
    if (isAlive(draft.at(other))) draft.set(other, { mustEnd: true });
    // As in OTP, a transient child that has ended is started with its siblings.
    else if (draft.at(other).status === "over" && children[other]?.restart !== "temporary")
      draft.set(other, { status: "down" });
  }
}

function beginEnding(draft: Draft, outcome: Outcome): void {
  draft.phase = "ending";
  draft.outcome = outcome;
  draft.actions.push({ type: "reportEnding", outcome });
  for (const child of draft.where(({ status }) => status === "waiting")) {
    draft.set(child, { status: "down" });
    draft.actions.push({ type: "cancelWait", child });
  }
  for (const child of draft.where(isAlive)) draft.set(child, { mustEnd: true });
}

/** Ends the last child that is to end, unless one is ending: they end in reverse order, one after another. */
function endLast(draft: Draft): boolean {
  const last = draft.where(({ mustEnd }) => mustEnd).at(-1);
  const isEnding = draft.where(({ status }) => status === "ending").length > 0;
  if (last !== undefined && !isEnding) {
    draft.set(last, { status: "ending", mustEnd: false });
    draft.actions.push({ type: "end", child: last });
  }
  return last !== undefined || isEnding;
}

function endNext(draft: Draft): void {
  if (endLast(draft)) return;
  draft.phase = "over";
  for (const child of draft.where(({ status }) => status === "down")) draft.set(child, { status: "over" });
  draft.actions.push({ type: "reportOver" });
}

function restartNext(draft: Draft): void {
  // All children that are to end do so before one of them starts again.
  if (endLast(draft)) return;
  for (const child of draft.where(({ status }) => status === "down")) {
    if (!mayStart(draft, child)) continue;
    draft.set(child, { status: "starting" });
    draft.actions.push({ type: "launch", child });
  }
  const isLeft = (each: PlannedChild) => each.status !== "over";
  if (draft.phase === "starting" && draft.where((each) => !each.wasUp).length === 0) {
    draft.phase = "running";
    draft.actions.push({ type: "reportStarted" });
  }
  if (draft.phase !== "running" || draft.where(isLeft).length > 0) return;
  beginEnding(draft, { kind: "finished" });
  endNext(draft);
}

/** Whether no child has to be ready before another one starts. */
function mayStart(draft: Draft, child: number): boolean {
  const { strategy } = draft.rules;
  const blocks = ({ status, wasUp }: PlannedChild, index: number) => {
    if (index === child) return false;
    // The first starts are in order, whatever the strategy.
    if (index < child && !wasUp) return true;
    if (!restartsToo(strategy, index, child)) return false;
    return status === "waiting" || (index < child && (status === "down" || status === "starting"));
  };
  return draft.where(blocks).length === 0;
}

import type { WaitKind } from "../../base/observer.ts";
import type { Activity, Stretch, WaitSpan } from "./lane.ts";

interface Span {
  readonly begin: number;
  readonly end: number;
}

/** What is known of the life of a process. */
export interface Life {
  /** When its parent made it, and started it. */
  readonly begin: number;
  readonly startedAt: number;
  /** When its target was called; for a main process, when recording began. */
  readonly runningAt: number;
  readonly endedAt: number;
  /** When its parent reaped it. */
  readonly reapedAt: number;
  readonly waits: readonly WaitSpan[];
  /** When its event loop was idle. */
  readonly idle: readonly Span[];
  readonly gcPauses: readonly Span[];
}

interface Edge {
  readonly at: number;
  readonly isBegin: boolean;
  readonly of: Cover;
}

interface Cover extends Span {
  readonly kind: "blocked" | "awaited" | "idle" | "gc";
  readonly waitKind?: WaitKind;
  readonly subject: string;
}

/** When code awaits several things at once, idle time counts as a wait for the first of these. */
const priorities: readonly WaitKind[] = ["lock", "queue", "message", "child"];

/**
 * Divides the life of a process into stretches without gaps: new, ready, then what it does while it runs, then zombie.
 *
 * A thread that is blocked waits for what blocks it. One whose event loop is idle waits for what its code awaits, or
 * for nothing that this package knows. At any other time it computes.
 */
export function stretchesOf(life: Life): Stretch[] {
  const stretches: Stretch[] = [];
  const add = (stretch: Stretch) => {
    const last = stretches.at(-1);
    if (stretch.end <= stretch.begin) return;
    if (
      last !== undefined &&
      last.activity === stretch.activity &&
      last.state === stretch.state &&
      last.subject === stretch.subject
    ) {
      stretches[stretches.length - 1] = { ...last, end: stretch.end };
    } else stretches.push(stretch);
  };
  const plain = (begin: number, end: number, state: Stretch["state"]) =>
    add({ begin, end, state, activity: null, subject: "" });
  plain(life.begin, life.startedAt, "new");
  plain(life.startedAt, life.runningAt, "ready");
  for (const stretch of running(life)) add(stretch);
  plain(life.endedAt, life.reapedAt, "zombie");
  return stretches;
}

function* running({ runningAt, endedAt, waits, idle, gcPauses }: Life): Generator<Stretch> {
  const covers: Cover[] = [
    ...waits.map((wait) => ({
      ...wait,
      kind: wait.isBlocking ? ("blocked" as const) : ("awaited" as const),
      waitKind: wait.kind,
      subject: wait.name,
    })),
    ...idle.map((span) => ({ ...span, kind: "idle" as const, subject: "" })),
    ...gcPauses.map((span) => ({ ...span, kind: "gc" as const, subject: "" })),
  ];
  const edges: Edge[] = covers
    .flatMap((of) => [
      { at: of.begin, isBegin: true, of },
      { at: of.end, isBegin: false, of },
    ])
    .sort((a, b) => a.at - b.at);
  const active = new Set<Cover>();
  let from = runningAt;
  for (const { at, isBegin, of } of [...edges, { at: endedAt, isBegin: false, of: undefined }]) {
    const to = Math.min(Math.max(at, from), endedAt);
    if (to > from) {
      const [activity, subject] = activityOf(active);
      const isComputing = activity === "computing" || activity === "gc";
      yield { begin: from, end: to, state: isComputing ? "running" : "waiting", activity, subject };
      from = to;
    }
    if (of === undefined) return;
    if (isBegin) active.add(of);
    else active.delete(of);
  }
}

function activityOf(active: ReadonlySet<Cover>): readonly [Activity, string] {
  let blocked: Cover | undefined;
  let awaited: Cover | undefined;
  let isIdle = false;
  let isGc = false;
  for (const cover of active) {
    if (cover.kind === "blocked") blocked = cover;
    else if (cover.kind === "idle") isIdle = true;
    else if (cover.kind === "gc") isGc = true;
    else if (awaited === undefined || rank(cover) < rank(awaited)) awaited = cover;
  }
  if (isGc) return ["gc", ""];
  const wait = blocked ?? (isIdle ? awaited : undefined);
  if (wait?.waitKind !== undefined) return [wait.waitKind, wait.subject];
  return [isIdle ? "idle" : "computing", ""];
}

function rank({ waitKind = "child" }: Cover): number {
  return priorities.indexOf(waitKind);
}

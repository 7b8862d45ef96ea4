import type { ChildEdge } from "../../base/observer.ts";
import type { TraceEvent } from "../record/event.ts";
import type { HoldSpan, Lane, MessageCounts, Sample, TaskSpan, WaitSpan } from "./lane.ts";
import type { ProcessEvents } from "./read-events.ts";
import { stretchesOf } from "./stretches.ts";

/** What a parent recorded about a child: the time of each edge, and the exit code. */
export interface ParentView {
  readonly at: Partial<Record<ChildEdge, number>>;
  readonly name?: string;
  readonly exitCode: number | null;
}

/**
 * Makes the lane of a process from its events.
 *
 * @param seen what its parent recorded about it.
 * @param traceEnd when the last event of the trace is.
 */
export function makeLane({ header, events, names, dropped }: ProcessEvents, seen: ParentView, traceEnd: number): Lane {
  const nameOf = (index: number) => names[index] ?? { id: "", name: "?" };
  const firstAt = events[0]?.[1] as number;
  const end = find(events, "end");
  const lastAt = events.reduce((latest, event) => Math.max(latest, endOf(event)), firstAt);
  const endedAt = Math.max(lastAt, end?.[1] ?? seen.at.exited ?? (header.parent === null ? lastAt : traceEnd));
  const reached = events.find((event) => event[0] === "reached" && event[2] === "running");
  const waits: WaitSpan[] = [];
  const open = new Map<string, WaitSpan>();
  const lane = {
    tasks: [] as TaskSpan[],
    holds: [] as HoldSpan[],
    samples: [] as Sample[],
    gcPauses: [] as { begin: number; end: number }[],
    idle: [] as { begin: number; end: number }[],
  };
  for (const event of events) {
    switch (event[0]) {
      case "waiting": {
        const [, begin, kind, name, isBlocking, holder] = event;
        open.set(`${begin} ${name}`, {
          begin,
          end: endedAt,
          kind,
          ...nameOf(name),
          isBlocking: isBlocking === 1,
          holder,
        });
        break;
      }
      case "wait": {
        const [, begin, duration, kind, name, isBlocking, holder] = event;
        open.delete(`${begin} ${name}`);
        waits.push({ begin, end: begin + duration, kind, ...nameOf(name), isBlocking: isBlocking === 1, holder });
        break;
      }
      case "ran":
        lane.tasks.push({ ...span(event), id: event[3], name: nameOf(event[4]).name, items: event[5] });
        break;
      case "hold":
        lane.holds.push({ ...span(event), ...nameOf(event[3]) });
        break;
      case "gc":
        lane.gcPauses.push(span(event));
        break;
      case "idle":
        lane.idle.push(span(event));
        break;
      case "cpu":
        lane.samples.push({
          at: event[1],
          userMs: event[2],
          systemMs: event[3],
          readyMs: event[4],
          heapBytes: event[5],
        });
    }
  }
  waits.push(...open.values(), ...waitsForResults(events, endedAt));
  const life = {
    begin: Math.min(seen.at.new ?? firstAt, seen.at.started ?? firstAt, firstAt),
    startedAt: Math.min(seen.at.started ?? firstAt, firstAt),
    runningAt: (reached?.[1] as number | undefined) ?? firstAt,
    endedAt,
    reapedAt: seen.at.reaped ?? (seen.at.exited === undefined ? endedAt : traceEnd),
    waits,
    ...lane,
  };
  const { id, parent, pid, threadId, startMethod } = header;
  return {
    id,
    parent,
    name: seen.name ?? header.name,
    pid,
    threadId,
    startMethod,
    begin: life.begin,
    startedAt: life.startedAt,
    endedAt,
    exitCode: seen.exitCode ?? end?.[2] ?? null,
    stretches: stretchesOf(life),
    tasks: lane.tasks,
    holds: lane.holds,
    waits,
    samples: lane.samples,
    gcPauses: lane.gcPauses,
    messages: countMessages(events),
    dropped,
  };
}

function span(event: readonly [string, number, number, ...unknown[]]): { begin: number; end: number } {
  return { begin: event[1], end: event[1] + event[2] };
}

const withDuration: ReadonlySet<string> = new Set(["wait", "hold", "ran", "gc", "idle"]);

/** When an event ends, in microseconds. */
export function endOf(event: TraceEvent): number {
  if (event[0] === "name") return 0;
  return withDuration.has(event[0]) ? event[1] + (event[2] as number) : event[1];
}

function find<K extends TraceEvent[0]>(
  events: readonly TraceEvent[],
  kind: K,
): Extract<TraceEvent, readonly [K, ...unknown[]]> | undefined {
  return events.find((event) => event[0] === kind) as never;
}

/** The times in which tasks that a pool has sent are not settled. */
function waitsForResults(events: readonly TraceEvent[], endedAt: number): WaitSpan[] {
  const waits: WaitSpan[] = [];
  const pending = new Set<number>();
  let begin = 0;
  const add = (end: number) =>
    waits.push({
      begin,
      end,
      kind: "message",
      id: "results",
      name: "results of tasks",
      isBlocking: false,
      holder: null,
    });
  for (const event of events) {
    if (event[0] !== "task") continue;
    const [, at, edge, task] = event;
    if (edge === "sent") {
      if (pending.size === 0) begin = at;
      pending.add(task);
    } else if (pending.delete(task) && pending.size === 0) add(at);
  }
  if (pending.size > 0) add(endedAt);
  return waits;
}

function countMessages(events: readonly TraceEvent[]): MessageCounts {
  const counts = { sent: 0, sentBytes: 0, received: 0, receivedBytes: 0, put: 0, putBytes: 0, got: 0, gotBytes: 0 };
  for (const event of events) {
    const [kind] = event;
    if (kind !== "sent" && kind !== "received" && kind !== "put" && kind !== "got") continue;
    counts[kind] += 1;
    counts[`${kind}Bytes`] += (event[4] as number | null) ?? 0;
  }
  return counts;
}

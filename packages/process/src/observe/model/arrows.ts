import type { TraceEvent } from "../record/event.ts";
import type { Lane, WaitSpan } from "./lane.ts";
import type { ProcessEvents } from "./read-events.ts";

/** What an arrow shows. */
export type ArrowKind = "start" | "task" | "result" | "queue" | "lock" | "message" | "join";

/** A cause in one process, and its effect in another one. */
export interface Arrow {
  readonly kind: ArrowKind;
  /** The ids of the lanes. */
  readonly from: string;
  readonly to: string;
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly label: string;
  readonly bytes?: number | null;
}

interface End {
  readonly lane: string;
  readonly at: number;
  readonly label: string;
  readonly bytes?: number | null;
}

/** Finds all arrows between lanes, in the order of their effects. */
export function findArrows(processes: readonly ProcessEvents[], lanes: readonly Lane[]): Arrow[] {
  const arrows = [
    ...startsAndJoins(processes, lanes),
    ...tasks(processes, lanes),
    ...exchanges(processes),
    ...locks(lanes),
  ];
  return arrows.filter(({ from, to }) => from !== to).sort((a, b) => a.receivedAt - b.receivedAt);
}

function* startsAndJoins(processes: readonly ProcessEvents[], lanes: readonly Lane[]): Generator<Arrow> {
  const byId = new Map(lanes.map((lane) => [lane.id, lane]));
  const begins = new Map(processes.map(({ header, events }) => [header.id, events[0]?.[1] as number]));
  for (const { header, events } of processes) {
    for (const event of events) {
      if (event[0] !== "child") continue;
      const [, at, edge, child, name] = event;
      const lane = byId.get(child);
      if (lane === undefined) continue;
      if (edge === "started") {
        const receivedAt = begins.get(child) as number;
        // The parent records a child when it has started it, and it may run then.
        const sentAt = Math.min(at, receivedAt);
        yield { kind: "start", from: header.id, to: child, sentAt, receivedAt, label: `start ${name}` };
      } else if (edge === "reaped" && lane.endedAt <= at) {
        yield { kind: "join", from: child, to: header.id, sentAt: lane.endedAt, receivedAt: at, label: `join ${name}` };
      }
    }
  }
}

// A worker's parent is the process that has the pool.
function* tasks(processes: readonly ProcessEvents[], lanes: readonly Lane[]): Generator<Arrow> {
  const edges = { sent: new Map<string, End>(), settled: new Map<string, End>() };
  for (const { header, events, names } of processes) {
    for (const event of events) {
      if (event[0] !== "task") continue;
      const [, at, edge, id, name] = event;
      edges[edge].set(`${header.id} ${id}`, { lane: header.id, at, label: names[name]?.name ?? "" });
    }
  }
  for (const { id, parent, tasks } of lanes) {
    for (const task of tasks) {
      const sent = edges.sent.get(`${parent} ${task.id}`);
      const settled = edges.settled.get(`${parent} ${task.id}`);
      const label = `${task.name} (task ${task.id})`;
      // The pool records a task when it has sent it, and it may have begun then.
      if (sent !== undefined) {
        const sentAt = Math.min(sent.at, task.begin);
        yield { kind: "task", from: sent.lane, to: id, sentAt, receivedAt: task.begin, label };
      }
      if (settled !== undefined && settled.at >= task.end) {
        yield { kind: "result", from: id, to: settled.lane, sentAt: task.end, receivedAt: settled.at, label };
      }
    }
  }
}

/** Values of queues and pipes by their position, and messages of channels by their number. */
function* exchanges(processes: readonly ProcessEvents[]): Generator<Arrow> {
  const sent = new Map<string, End>();
  const keyOf = (event: TraceEvent, { names }: ProcessEvents) => `${names[event[2] as number]?.id} ${event[3]}`;
  for (const process of processes) {
    for (const event of process.events) {
      if (event[0] !== "put" && event[0] !== "sent") continue;
      const label = process.names[event[2]]?.name ?? "";
      sent.set(keyOf(event, process), { lane: process.header.id, at: event[1], label, bytes: event[4] });
    }
  }
  for (const process of processes) {
    for (const event of process.events) {
      if (event[0] !== "got" && event[0] !== "received") continue;
      const from = sent.get(keyOf(event, process));
      if (from === undefined) continue;
      const { lane, bytes = null } = from;
      // The sender records after it has sent, perhaps when the receiver has received already.
      const at = Math.min(from.at, event[1]);
      const isQueue = event[0] === "got";
      const label = isQueue ? from.label : "message";
      yield {
        kind: isQueue ? "queue" : "message",
        from: lane,
        to: process.header.id,
        sentAt: at,
        receivedAt: event[1],
        label,
        bytes,
      };
    }
  }
}

interface Hold {
  readonly lane: string;
  readonly begin: number;
  readonly end: number;
}

/** The cause of the end of a wait is the release by the last other holder before it. */
function* locks(lanes: readonly Lane[]): Generator<Arrow> {
  const holds = new Map<string, Hold[]>();
  for (const { id: lane, holds: own } of lanes) {
    for (const { id, begin, end } of own) {
      const known = holds.get(id);
      if (known === undefined) holds.set(id, [{ lane, begin, end }]);
      else known.push({ lane, begin, end });
    }
  }
  for (const known of holds.values()) known.sort((a, b) => a.begin - b.begin);
  for (const { id, waits } of lanes) {
    for (const wait of waits) {
      if (wait.kind !== "lock") continue;
      const hold = lastHold(holds.get(wait.id) ?? [], wait, id);
      if (hold === undefined) continue;
      // A holder records its release after it, perhaps when the next holder has the lock already.
      const sentAt = Math.min(hold.end, wait.end);
      yield { kind: "lock", from: hold.lane, to: id, sentAt, receivedAt: wait.end, label: wait.name };
    }
  }
}

/** The last hold of another process that began before a wait ended, if it ended during the wait. */
function lastHold(holds: readonly Hold[], wait: WaitSpan, lane: string): Hold | undefined {
  let [low, high] = [0, holds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((holds[middle] as Hold).begin < wait.end) low = middle + 1;
    else high = middle;
  }
  for (let i = low - 1; i >= 0; i--) {
    const hold = holds[i] as Hold;
    if (hold.end < wait.begin) return undefined;
    if (hold.lane !== lane) return hold;
  }
  return undefined;
}

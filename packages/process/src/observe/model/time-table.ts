import type { Lane } from "./lane.ts";

/** Where the time of a process went, in microseconds. */
export interface TimeRow {
  readonly lane: string;
  readonly name: string;
  readonly life: number;
  readonly ready: number;
  readonly computing: number;
  readonly gc: number;
  readonly locks: number;
  readonly queues: number;
  readonly messages: number;
  readonly children: number;
  readonly idle: number;
  readonly zombie: number;
  /** Processor time; `null` when it was not sampled. */
  readonly cpu: number | null;
  /** Ready to run while no processor was free; `null` where the system does not say. */
  readonly noProcessor: number | null;
}

/** How long all processes together waited for one lock, queue, pipe or child. */
export interface WaitRow {
  readonly kind: string;
  readonly name: string;
  readonly count: number;
  readonly total: number;
  readonly longest: number;
}

const columns = {
  computing: "computing",
  gc: "gc",
  lock: "locks",
  queue: "queues",
  message: "messages",
  child: "children",
  idle: "idle",
} as const;

/** Adds up the stretches of each process. */
export function timeTable(lanes: readonly Lane[]): TimeRow[] {
  return lanes.map(({ id, name, stretches, samples }) => {
    const sums = { ready: 0, computing: 0, gc: 0, locks: 0, queues: 0, messages: 0, children: 0, idle: 0, zombie: 0 };
    let life = 0;
    for (const { begin, end, state, activity } of stretches) {
      const duration = end - begin;
      life += duration;
      if (activity !== null) sums[columns[activity]] += duration;
      else if (state === "ready" || state === "zombie") sums[state] += duration;
    }
    const last = samples.at(-1);
    return {
      lane: id,
      name,
      life,
      ...sums,
      cpu: last === undefined ? null : (last.userMs + last.systemMs) * 1000,
      noProcessor: last?.readyMs == null ? null : last.readyMs * 1000,
    };
  });
}

/** Adds up the waits of all processes by what they waited for, the longest total first. */
export function waitTable(lanes: readonly Lane[]): WaitRow[] {
  const rows = new Map<string, WaitRow>();
  for (const { waits } of lanes) {
    for (const { kind, id, name, begin, end } of waits) {
      const key = `${kind} ${id}`;
      const { count, total, longest } = rows.get(key) ?? { count: 0, total: 0, longest: 0 };
      const duration = end - begin;
      rows.set(key, { kind, name, count: count + 1, total: total + duration, longest: Math.max(longest, duration) });
    }
  }
  return [...rows.values()].sort((a, b) => b.total - a.total);
}

import type { ArrowKind } from "../model/arrows.ts";
import type { Lane, Stretch, TaskSpan } from "../model/lane.ts";
import type { Trace } from "../model/trace.ts";

/** An event of Chrome's trace event format; only the kinds and fields that this package writes. */
export interface ChromeEvent {
  readonly name: string;
  readonly ph: "X" | "M" | "C" | "i" | "s" | "f" | "b" | "e";
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: number;
  /** Binds the end of a flow to the slice around it. */
  readonly bp?: "e";
  /** The scope of an instant event: its thread. */
  readonly s?: "t";
  readonly args?: Readonly<Record<string, unknown>>;
}

/** A file in the format: its JSON object form. */
export interface ChromeTrace {
  readonly traceEvents: readonly ChromeEvent[];
  readonly displayTimeUnit: "ms";
  readonly otherData: Readonly<Record<string, string>>;
}

interface Span {
  readonly begin: number;
  readonly end: number;
}

const flowNames: Readonly<Record<ArrowKind, string>> = {
  start: "start",
  task: "task",
  result: "result",
  queue: "queue",
  lock: "lock handover",
  message: "message",
  join: "join",
};

/**
 * A trace in Chrome's trace event format, which Perfetto and Chrome's DevTools open.
 *
 * Source: "Trace Event Format", Google, the document that Chromium's tracing links.
 */
export function toChromeTrace({ title, node, lanes, arrows, dropped }: Trace): ChromeTrace {
  const byId = new Map(lanes.map((lane) => [lane.id, lane]));
  let lastId = arrows.length;
  const nextId = () => ++lastId;
  const flows = arrows.flatMap((arrow, id): ChromeEvent[] => {
    const [from, to] = [byId.get(arrow.from), byId.get(arrow.to)];
    if (from === undefined || to === undefined) return [];
    const common = { name: flowNames[arrow.kind], cat: arrow.kind, id: id + 1 };
    const args = { label: arrow.label, ...(arrow.bytes != null && { bytes: arrow.bytes }) };
    return [
      // A flow binds to the slice around its time: the stretches of a life have no gaps.
      { ...common, ph: "s", ts: arrow.sentAt, ...place(from), args },
      { ...common, ph: "f", bp: "e", ts: arrow.receivedAt, ...place(to), args },
    ];
  });
  const left = Object.entries(dropped).map(([kind, count]) => `${count} ${kind}`);
  return {
    traceEvents: [...lanes.flatMap((lane, index) => laneEvents(lane, index, nextId)), ...flows],
    displayTimeUnit: "ms",
    otherData: {
      program: title,
      node,
      dropped: left.length === 0 ? "none" : `${left.join(", ")}: the files of their processes were full`,
    },
  };
}

function laneEvents(lane: Lane, index: number, nextId: () => number): ChromeEvent[] {
  const at = place(lane);
  const thread = lane.threadId === 0 ? "main thread" : `thread ${lane.threadId}`;
  const meta = (name: string, args: ChromeEvent["args"]): ChromeEvent => ({ name, ph: "M", ...at, args: args ?? {} });
  const slice = (span: Span, name: string, cat: string, args?: ChromeEvent["args"]): ChromeEvent => ({
    name,
    ph: "X",
    cat,
    ts: span.begin,
    dur: Math.max(0, Math.round((span.end - span.begin) * 10) / 10),
    ...at,
    ...(args !== undefined && { args }),
  });
  // Spans that may overlap others without being inside them.
  const overlapping = (span: Span, name: string, cat: string, args: ChromeEvent["args"] = {}): ChromeEvent[] => {
    const common = { name, cat, id: nextId(), ...at };
    return [
      { ...common, ph: "b", ts: span.begin, args },
      { ...common, ph: "e", ts: span.end },
    ];
  };
  const isSequence = lane.tasks.every(({ begin }, i) => begin >= (lane.tasks[i - 1]?.end ?? 0));
  const inSlices = isSequence ? lane.tasks : [];
  return [
    ...(lane.threadId === 0 || index === 0 ? [meta("process_name", { name: lane.name })] : []),
    ...(lane.threadId === 0 ? [meta("process_sort_index", { sort_index: index })] : []),
    meta("thread_name", { name: lane.threadId === 0 ? thread : lane.name }),
    meta("thread_sort_index", { sort_index: index }),
    ...inSlices.map((task) => slice(task, task.name, "task", { task: task.id, items: task.items })),
    ...cut(lane.stretches, inSlices).map((stretch) => slice(stretch, stretchName(stretch), stretch.state)),
    ...(isSequence ? [] : lane.tasks).flatMap((task) => overlapping(task, task.name, "task", { items: task.items })),
    ...lane.holds.flatMap((hold) => overlapping(hold, `holds ${hold.name}`, "hold")),
    ...lane.waits.flatMap(({ begin, end, name, kind, isBlocking, holder }) =>
      overlapping({ begin, end }, `waits for ${name}`, "wait", {
        kind,
        blocking: isBlocking,
        ...(holder !== null && { heldBy: holder }),
      }),
    ),
    ...counters(lane).map(([ts, name, args]): ChromeEvent => ({ name, ph: "C", ts, ...at, args })),
    { name: `exit code ${lane.exitCode ?? "unknown"}`, ph: "i", s: "t", cat: "exit", ts: lane.endedAt, ...at },
  ];
}

/** Cuts stretches at the begins and ends of tasks, so that each piece is inside a task or outside of all. */
function cut(stretches: readonly Stretch[], tasks: readonly TaskSpan[]): Stretch[] {
  const pieces: Stretch[] = [];
  let at = 0;
  for (const stretch of stretches) {
    let rest = stretch;
    while (at < tasks.length && (tasks[at] as TaskSpan).end <= rest.begin) at += 1;
    for (let next = at; next < tasks.length; next++) {
      const { begin, end } = tasks[next] as TaskSpan;
      if (begin >= rest.end) break;
      for (const time of [begin, end]) {
        if (time <= rest.begin || time >= rest.end) continue;
        pieces.push({ ...rest, end: time });
        rest = { ...rest, begin: time };
      }
    }
    pieces.push(rest);
  }
  return pieces;
}

function counters({ samples, name }: Lane): [number, string, Record<string, number>][] {
  return samples.flatMap((sample, i): [number, string, Record<string, number>][] => {
    const before = samples[i - 1];
    const heap: [number, string, Record<string, number>] = [sample.at, `heap of ${name}`, { bytes: sample.heapBytes }];
    if (before === undefined || sample.at <= before.at) return [heap];
    const share = (ms: number, earlier: number) => Math.round(((ms - earlier) * 100_000) / (sample.at - before.at));
    const cpu = { user: share(sample.userMs, before.userMs), system: share(sample.systemMs, before.systemMs) };
    return [heap, [before.at, `processor % of ${name}`, cpu]];
  });
}

function stretchName({ state, activity, subject }: Stretch): string {
  if (activity === null || activity === "computing") return state;
  if (activity === "gc") return "garbage collection";
  return subject === "" ? "idle" : `waits for ${subject}`;
}

function place({ pid, threadId }: Lane): { readonly pid: number; readonly tid: number } {
  return { pid, tid: threadId === 0 ? pid : threadId };
}

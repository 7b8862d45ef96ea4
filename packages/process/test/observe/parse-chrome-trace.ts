/** A slice of a thread. */
export interface Slice {
  readonly name: string;
  readonly cat: string;
  readonly begin: number;
  readonly end: number;
  readonly args: Record<string, unknown>;
}

/** A thread of a trace, with its slices in the order of their begin. */
export interface ParsedThread {
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly process: string;
  readonly slices: readonly Slice[];
  readonly counters: readonly { readonly name: string; readonly at: number; readonly values: Record<string, number> }[];
  readonly instants: readonly { readonly name: string; readonly at: number }[];
}

/** An arrow from a slice of one thread to a slice of another one. */
export interface ParsedFlow {
  readonly cat: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly sentAt: number;
  readonly receivedAt: number;
}

export interface ParsedTrace {
  readonly threads: readonly ParsedThread[];
  readonly flows: readonly ParsedFlow[];
  /** Spans that may overlap others. */
  readonly spans: readonly (Slice & { readonly thread: string })[];
  readonly otherData: Record<string, string>;
}

interface RawEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly id?: number | string;
  readonly bp?: string;
  readonly s?: string;
  readonly args?: Record<string, unknown>;
}

/** Rounding to tenths of a microsecond may move an edge by this much. */
const rounding = 0.2;

/**
 * Parses a file in Chrome's trace event format and checks it.
 *
 * Source: "Trace Event Format", Google: the JSON object form and the phases X, b, e, i, s, f, C and M.
 *
 * @throws {Error} for anything that the format does not allow, or that Perfetto would drop: slices of a thread that
 *   overlap without nesting, flows without both ends or outside of every slice, metadata without a name.
 */
export function parseChromeTrace(text: string): ParsedTrace {
  const file = JSON.parse(text) as { traceEvents: RawEvent[]; displayTimeUnit?: string; otherData?: never };
  if (!Array.isArray(file.traceEvents)) throw new Error("traceEvents is not an array");
  if (!["ms", "ns", undefined].includes(file.displayTimeUnit)) throw new Error("displayTimeUnit is neither ms nor ns");
  for (const event of file.traceEvents) checkEvent(event);
  const of = (...phases: string[]) => file.traceEvents.filter(({ ph }) => phases.includes(ph));
  const threads = [...groupBy(file.traceEvents, keyOf)].map(([, events]) => parseThread(events, of("M")));
  const byKey = new Map(threads.map((thread) => [keyOf(thread), thread]));
  return {
    threads,
    flows: parseFlows(of("s", "f"), byKey),
    spans: parseSpans(of("b", "e"), byKey),
    otherData: file.otherData ?? {},
  };
}

function keyOf({ pid, tid }: { readonly pid: number; readonly tid: number }): string {
  return `${pid} ${tid}`;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function checkEvent(event: RawEvent): void {
  const fail = (reason: string) => {
    throw new Error(`${reason}: ${JSON.stringify(event)}`);
  };
  if (typeof event.name !== "string" || event.name === "") fail("an event without a name");
  if (!Number.isInteger(event.pid) || !Number.isInteger(event.tid)) fail("pid or tid is no integer");
  if (event.ph !== "M" && !(typeof event.ts === "number" && event.ts >= 0)) fail("ts is no time");
  switch (event.ph) {
    case "X":
      if (!(typeof event.dur === "number" && event.dur >= 0)) fail("a complete event without a duration");
      break;
    case "M":
      checkMetadata(event, fail);
      break;
    case "C":
      if (!Object.values(event.args ?? {}).every(Number.isFinite) || event.args === undefined) fail("no numbers");
      break;
    case "i":
      if (!["g", "p", "t"].includes(event.s ?? "t")) fail("an unknown scope");
      break;
    case "s":
    case "f":
    case "b":
    case "e":
      if (event.id === undefined || typeof event.cat !== "string") fail("no id or category");
      break;
    default:
      fail("an unknown phase");
  }
}

function checkMetadata({ name, args = {} }: RawEvent, fail: (reason: string) => void): void {
  if (name === "process_name" || name === "thread_name") {
    if (typeof args.name !== "string" || args.name === "") fail("a name is missing");
  } else if (name === "process_sort_index" || name === "thread_sort_index") {
    if (!Number.isInteger(args.sort_index)) fail("sort_index is no integer");
  } else fail("unknown metadata");
}

function parseThread(events: readonly RawEvent[], metadata: readonly RawEvent[]): ParsedThread {
  const [{ pid, tid }] = events as [RawEvent];
  const named = (name: string) =>
    metadata.find(
      (event) => event.name === name && event.pid === pid && (name === "process_name" || event.tid === tid),
    );
  const [thread, owner] = [named("thread_name"), named("process_name")];
  if (thread === undefined || owner === undefined) throw new Error(`the thread ${pid} ${tid} has no name`);
  const slices = events
    .filter(({ ph }) => ph === "X")
    .map(toSlice)
    .sort((a, b) => a.begin - b.begin || b.end - a.end);
  checkNesting(slices);
  return {
    pid,
    tid,
    name: thread.args?.name as string,
    process: owner.args?.name as string,
    slices,
    counters: events
      .filter(({ ph }) => ph === "C")
      .map(({ name, ts, args }) => ({ name, at: ts as number, values: args as Record<string, number> })),
    instants: events.filter(({ ph }) => ph === "i").map(({ name, ts }) => ({ name, at: ts as number })),
  };
}

function toSlice({ name, cat = "", ts = 0, dur = 0, args = {} }: RawEvent): Slice {
  return { name, cat, begin: ts, end: ts + dur, args };
}

/** A slice ends before the slice around it. */
function checkNesting(slices: readonly Slice[]): void {
  const around: Slice[] = [];
  for (const slice of slices) {
    while (around.length > 0 && (around.at(-1) as Slice).end <= slice.begin + rounding) around.pop();
    const outer = around.at(-1);
    if (outer !== undefined && slice.end > outer.end + rounding)
      throw new Error(`${JSON.stringify(slice)} overlaps the end of ${JSON.stringify(outer)}`);
    around.push(slice);
  }
}

function parseFlows(events: readonly RawEvent[], threads: ReadonlyMap<string, ParsedThread>): ParsedFlow[] {
  const place = (event: RawEvent) => {
    const thread = threads.get(keyOf(event)) as ParsedThread;
    const at = event.ts as number;
    if (!thread.slices.some(({ begin, end }) => begin - rounding <= at && at <= end + rounding))
      throw new Error(`the end of a flow is in no slice: ${JSON.stringify(event)}`);
    return thread.tid === thread.pid ? thread.process : thread.name;
  };
  return [...groupBy(events, ({ cat, name, id }) => `${cat} ${name} ${id}`).values()].map((ends) => {
    const [start, finish] = [ends.find(({ ph }) => ph === "s"), ends.find(({ ph }) => ph === "f")];
    if (start === undefined || finish === undefined || ends.length !== 2)
      throw new Error(`a flow has not one start and one end: ${JSON.stringify(ends)}`);
    if (finish.bp !== "e") throw new Error("the end of a flow is not bound to the slice around it");
    const [sentAt, receivedAt] = [start.ts as number, finish.ts as number];
    if (sentAt > receivedAt) throw new Error(`a flow ends before it starts: ${JSON.stringify(ends)}`);
    const { cat = "", name } = start;
    return { cat, name, from: place(start), to: place(finish), sentAt, receivedAt };
  });
}

function parseSpans(events: readonly RawEvent[], threads: ReadonlyMap<string, ParsedThread>): ParsedTrace["spans"] {
  return [...groupBy(events, ({ cat, id }) => `${cat} ${id}`).values()].map((ends) => {
    const [begin, end] = [ends.find(({ ph }) => ph === "b"), ends.find(({ ph }) => ph === "e")];
    if (begin === undefined || end === undefined || ends.length !== 2 || begin.name !== end.name)
      throw new Error(`a span has not one begin and one end: ${JSON.stringify(ends)}`);
    if ((begin.ts as number) > (end.ts as number)) throw new Error("a span ends before it begins");
    const thread = threads.get(keyOf(begin)) as ParsedThread;
    const name = thread.tid === thread.pid ? thread.process : thread.name;
    return { ...toSlice(begin), end: end.ts as number, thread: name };
  });
}

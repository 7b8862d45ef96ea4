import type { TraceEvent } from "../record/event.ts";
import type { Arrow } from "./arrows.ts";
import { findArrows } from "./arrows.ts";
import type { Lane } from "./lane.ts";
import { endOf, makeLane, type ParentView } from "./make-lane.ts";
import { compareIds, type ProcessEvents, readEvents, timeOf } from "./read-events.ts";

/** A trace of a program: its processes and what passed between them. */
export interface Trace {
  /** The command line of the program. */
  readonly title: string;
  readonly node: string;
  /** When the last event is, in microseconds since the trace began. */
  readonly end: number;
  /** The processes, each before its children. */
  readonly lanes: readonly Lane[];
  readonly arrows: readonly Arrow[];
  /** How many events were left out for want of space, by kind. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** Reads the trace of the processes that recorded into a folder. */
export function readTrace(folder: string): Trace {
  return makeTrace(readEvents(folder));
}

/** Makes a trace of the events of its processes. */
export function makeTrace(recorded: readonly ProcessEvents[]): Trace {
  const processes = withSilentChildren(fromFirstEvent(recorded));
  let end = 0;
  for (const { events } of processes) for (const event of events) end = Math.max(end, endOf(event));
  const seen = parentViews(processes);
  const lanes = processes
    .map((process) => makeLane(process, seen.get(process.header.id) ?? { at: {}, exitCode: null }, end))
    .sort((a, b) => compareIds(a.id, b.id));
  const dropped: Record<string, number> = {};
  for (const process of processes) {
    for (const [kind, count] of Object.entries(process.dropped)) dropped[kind] = (dropped[kind] ?? 0) + count;
  }
  const [main] = processes;
  const title = main?.header.argv.map((part, i) => (i === 0 ? (part.split("/").at(-1) ?? part) : part)).join(" ") ?? "";
  return { title, node: main?.header.node ?? "", end, lanes, arrows: findArrows(processes, lanes), dropped };
}

/** Counts times from the first event: a command that records a trace makes its folder long before. */
function fromFirstEvent(recorded: readonly ProcessEvents[]): ProcessEvents[] {
  const first = Math.min(...recorded.map(({ events }) => timeOf(events[0])));
  return recorded.map((process) => ({
    ...process,
    events: process.events.map(
      ([kind, at, ...rest]) => [kind, (at as number) - first, ...rest] as unknown as TraceEvent,
    ),
  }));
}

/** Adds the children that ended before they recorded an event, as their parents saw them. */
function withSilentChildren(processes: readonly ProcessEvents[]): ProcessEvents[] {
  const known = new Set(processes.map(({ header }) => header.id));
  const silent = processes.flatMap(({ header: parent, events }) =>
    events.flatMap((event): ProcessEvents[] => {
      if (event[0] !== "child") return [];
      const [, at, edge, id, name, startMethod, , pid, threadId] = event;
      if (edge !== "exited" || pid === null || threadId === null || known.has(id)) return [];
      const { version, node } = parent;
      const header = { version, id, parent: parent.id, name, pid, threadId, tid: null, startMethod, node, argv: [] };
      return [{ header, events: [["process", at, header]], names: [], dropped: {} }];
    }),
  );
  return [...processes, ...silent];
}

function parentViews(processes: readonly ProcessEvents[]): Map<string, ParentView> {
  const views = new Map<string, ParentView>();
  for (const { events } of processes) {
    for (const event of events) {
      if (event[0] !== "child") continue;
      const [, at, edge, id, name, , code] = event;
      const view = views.get(id);
      views.set(id, { at: { ...view?.at, [edge]: at }, name, exitCode: code ?? view?.exitCode ?? null });
    }
  }
  return views;
}

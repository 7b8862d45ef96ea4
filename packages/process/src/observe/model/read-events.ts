import { readFileSync } from "node:fs";
import type { ProcessHeader, TraceEvent } from "../record/event.ts";
import { eventFiles } from "../record/trace-folder.ts";

/** The events of one process. */
export interface ProcessEvents {
  readonly header: ProcessHeader;
  readonly events: readonly TraceEvent[];
  /** The ids and the last names of what the events mention by index. */
  readonly names: readonly { readonly id: string; readonly name: string }[];
  /** How many events were left out, by kind. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** Reads the events of all processes that recorded into a folder, the first process first. */
export function readEvents(folder: string): ProcessEvents[] {
  return eventFiles(folder)
    .map((file) => parseEvents(readFileSync(file, "utf8")))
    .filter((process) => process !== undefined)
    .sort((a, b) => timeOf(a.events[0]) - timeOf(b.events[0]) || compareIds(a.header.id, b.header.id));
}

/**
 * Reads the file of one process. A line that a killed process did not finish is left out.
 *
 * @returns `undefined` when the process was killed before it wrote its first event.
 */
export function parseEvents(text: string): ProcessEvents | undefined {
  const events: TraceEvent[] = [];
  const names: { readonly id: string; readonly name: string }[] = [];
  let dropped: Readonly<Record<string, number>> = {};
  for (const line of text.split("\n")) {
    const event = parse(line);
    if (event === undefined) continue;
    if (event[0] === "name") names[event[1]] = { id: event[2], name: event[3] };
    else if (event[0] === "dropped") dropped = event[2];
    else events.push(event);
  }
  const header = events[0]?.[0] === "process" ? events[0][2] : undefined;
  return header && { header, events, names, dropped };
}

/** The begin of an event, in microseconds. */
export function timeOf(event: TraceEvent | undefined): number {
  return event === undefined || event[0] === "name" ? 0 : event[1];
}

/** Orders the ids of processes as a tree is read: a parent before its children. */
export function compareIds(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function parse(line: string): TraceEvent | undefined {
  try {
    const event = JSON.parse(line) as unknown;
    return Array.isArray(event) ? (event as unknown as TraceEvent) : undefined;
  } catch {
    return undefined;
  }
}

import { rmSync, writeFileSync } from "node:fs";
import { toChromeTrace } from "./chrome/chrome-events.ts";
import { readTrace } from "./model/trace.ts";
import { tracePage } from "./page/trace-page.ts";

/** What a drawn trace shows. */
export interface TraceSummary {
  /** How many processes and threads. */
  readonly processes: number;
  /** How long it is, in milliseconds. */
  readonly ms: number;
  /** How many events were left out for want of space. */
  readonly dropped: number;
}

/**
 * Draws the events in a folder into a file, and removes the folder: a page when the name of the file ends with `.html`,
 * else Chrome's trace event format.
 *
 * @throws {Error} when the folder has no events; Node's error when the file cannot be written. The folder stays then.
 */
export function drawTrace(folder: string, file: string): TraceSummary {
  const trace = readTrace(folder);
  if (trace.lanes.length === 0) {
    throw new Error(
      `Cannot draw ${file}: ${folder} has no events of a program; name the folder that a traced program left`,
    );
  }
  writeFileSync(file, file.endsWith(".html") ? tracePage(trace) : JSON.stringify(toChromeTrace(trace)));
  rmSync(folder, { recursive: true, force: true });
  const dropped = Object.values(trace.dropped).reduce((sum, count) => sum + count, 0);
  return { processes: trace.lanes.length, ms: trace.end / 1000, dropped };
}

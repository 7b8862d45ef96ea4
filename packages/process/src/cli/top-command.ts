import { setTimeout as sleep } from "node:timers/promises";
import { TimeoutError } from "../base/errors.ts";
import { drawRows, type ShownRow, withShares } from "./process-rows.ts";
import type { Streams } from "./streams.ts";
import { cutTo } from "./text-width.ts";
import { runWithArguments, type WatchArguments } from "./watch-arguments.ts";
import { notWatched, type ProcessRow, type WatchedProgram, watch, watchedPids } from "./watched-program.ts";

// Moves the cursor to the top left, and clears the rest of the earlier output.
const home = "\x1b[H";
const clearLine = "\x1b[K";
const clearBelow = "\x1b[J";

/**
 * Shows a program with its threads and processes at an interval, until it ends.
 *
 * @returns the exit code: 1 when there is no such program, or it does not answer.
 */
export function top(operands: readonly string[], streams: Streams): Promise<number> {
  return runWithArguments("top", operands, streams, (options) => show(options, streams));
}

async function show(options: WatchArguments, { stdout, stderr }: Streams): Promise<number> {
  const program = options.pid === undefined ? await watchAny() : await watch(options.pid);
  if (program === undefined) {
    stderr.write(`manyhands top: ${notWatched(options.pid)}\n`);
    return 1;
  }
  try {
    for await (const rows of updates(program, options)) stdout.write(format(rows, options.isJson, stdout));
    return 0;
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    stderr.write(`manyhands top: ${error.message}\n`);
    return 1;
  } finally {
    program.close();
  }
}

/** The program with the highest pid of those that can be watched. */
async function watchAny(): Promise<WatchedProgram | undefined> {
  for (const pid of watchedPids().sort((a, b) => b - a)) {
    const program = await watch(pid);
    if (program !== undefined) return program;
  }
  return undefined;
}

async function* updates(
  program: WatchedProgram,
  { count, intervalMs }: WatchArguments,
): AsyncGenerator<ShownRow[], void> {
  let before: readonly ProcessRow[] = [];
  let lastUpdate = performance.now();
  for (let i = 0; i < count; i++) {
    if (i > 0) await sleep(intervalMs);
    const rows = await program.rows();
    if (rows.length === 0) return;
    const now = performance.now();
    yield withShares(rows, before, now - lastUpdate);
    before = rows;
    lastUpdate = now;
  }
}

function format(rows: readonly ShownRow[], isJson: boolean, stdout: Streams["stdout"]): string {
  if (isJson) return `${JSON.stringify(rows)}\n`;
  const time = new Date().toLocaleTimeString();
  const lines = [
    cutTo(stdout.columns ?? Number.POSITIVE_INFINITY, `${rows.length} processes and threads, ${time}`),
    ...drawRows(rows, stdout.columns),
  ];
  if (!stdout.isTTY) return `${lines.join("\n")}\n\n`;
  const fitting = lines.slice(0, stdout.rows === undefined ? lines.length : stdout.rows - 1);
  if (fitting.length < lines.length) fitting.splice(-1, 1, `and ${lines.length - fitting.length + 1} more`);
  return `${home}${fitting.map((line) => line + clearLine).join("\n")}\n${clearBelow}`;
}

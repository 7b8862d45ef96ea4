import { setTimeout as sleep } from "node:timers/promises";
import { TimeoutError } from "../base/errors.ts";
import { drawRows, type Shown, withShares } from "./process-rows.ts";
import type { Streams } from "./streams.ts";
import { cutTo } from "./text-width.ts";
import { type WatchArguments, withArguments } from "./watch-arguments.ts";
import { type Row, type Watched, watch, watchedPids } from "./watched.ts";

// Home, and what is left of the former picture away.
const home = "\x1b[H";
const clearLine = "\x1b[K";
const clearBelow = "\x1b[J";

/** Shows a program and everything below it, anew every while, until it ends. @returns the exit code: 1 when it is not there. */
export function top(operands: readonly string[], streams: Streams): Promise<number> {
  return withArguments("top", operands, streams, (given) => show(given, streams));
}

async function show(given: WatchArguments, { stdout, stderr }: Streams): Promise<number> {
  const program = given.pid === undefined ? await watchAny() : await watch(given.pid);
  if (program === undefined) {
    const whom = given.pid === undefined ? "no program" : `program ${given.pid}`;
    stderr.write(`manyhands top: ${whom} can be watched; call allowWatching() in the program\n`);
    return 1;
  }
  try {
    for await (const rows of looks(program, given)) stdout.write(picture(rows, given.isJson, stdout));
    return 0;
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    stderr.write(`manyhands top: ${error.message}\n`);
    return 1;
  } finally {
    program.close();
  }
}

/** The program with the highest pid of those that are there. */
async function watchAny(): Promise<Watched | undefined> {
  for (const pid of watchedPids().sort((a, b) => b - a)) {
    const program = await watch(pid);
    if (program !== undefined) return program;
  }
  return undefined;
}

async function* looks(program: Watched, { count, intervalMs }: WatchArguments): AsyncGenerator<Shown[], void> {
  let before: readonly Row[] = [];
  let looked = performance.now();
  for (let i = 0; i < count; i++) {
    if (i > 0) await sleep(intervalMs);
    const rows = await program.rows();
    if (rows.length === 0) return;
    const now = performance.now();
    yield withShares(rows, before, now - looked);
    before = rows;
    looked = now;
  }
}

function picture(rows: readonly Shown[], isJson: boolean, stdout: Streams["stdout"]): string {
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

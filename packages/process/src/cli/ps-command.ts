import { drawRows } from "./process-rows.ts";
import type { Streams } from "./streams.ts";
import { runWithArguments, type WatchArguments } from "./watch-arguments.ts";
import { notWatched, type ProcessRow, watch, watchedPids } from "./watched-program.ts";

/**
 * Lists programs that can be watched, with their threads and processes.
 *
 * @returns the exit code: 1 when there is none, or one does not answer.
 */
export function ps(operands: readonly string[], streams: Streams): Promise<number> {
  return runWithArguments("ps", operands, streams, (options) => list(options, streams));
}

async function list({ pid, isJson }: WatchArguments, { stdout, stderr }: Streams): Promise<number> {
  // Asks all programs at once: some may not answer.
  const answers = await Promise.allSettled((pid === undefined ? watchedPids() : [pid]).map(rowsOf));
  const rows = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  const failures = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as Error] : []));
  if (isJson) stdout.write(`${JSON.stringify(rows)}\n`);
  else if (rows.length > 0) stdout.write(`${drawRows(rows, stdout.columns).join("\n")}\n`);
  for (const { message } of failures) stderr.write(`manyhands ps: ${message}\n`);
  if (rows.length > 0 || failures.length > 0) return failures.length > 0 ? 1 : 0;
  stderr.write(`manyhands ps: ${notWatched(pid)}\n`);
  return 1;
}

async function rowsOf(pid: number): Promise<ProcessRow[]> {
  const program = await watch(pid);
  try {
    return (await program?.rows()) ?? [];
  } finally {
    program?.close();
  }
}

import { drawRows } from "./process-rows.ts";
import type { Streams } from "./streams.ts";
import { type WatchArguments, withArguments } from "./watch-arguments.ts";
import { type Row, watch, watchedPids } from "./watched.ts";

/** Lists programs that may be watched, each with everything below it. @returns the exit code: 1 when there is none, or one does not answer. */
export function ps(operands: readonly string[], streams: Streams): Promise<number> {
  return withArguments("ps", operands, streams, (given) => list(given, streams));
}

async function list({ pid, isJson }: WatchArguments, { stdout, stderr }: Streams): Promise<number> {
  // All at once: some may not answer.
  const looks = await Promise.allSettled((pid === undefined ? watchedPids() : [pid]).map(rowsOf));
  const rows = looks.flatMap((look) => (look.status === "fulfilled" ? look.value : []));
  const failures = looks.flatMap((look) => (look.status === "rejected" ? [look.reason as Error] : []));
  if (isJson) stdout.write(`${JSON.stringify(rows)}\n`);
  else if (rows.length > 0) stdout.write(`${drawRows(rows, stdout.columns).join("\n")}\n`);
  for (const { message } of failures) stderr.write(`manyhands ps: ${message}\n`);
  if (rows.length > 0 || failures.length > 0) return failures.length > 0 ? 1 : 0;
  const whom = pid === undefined ? "no program" : `program ${pid}`;
  stderr.write(`manyhands ps: ${whom} can be watched; call allowWatching() in the program\n`);
  return 1;
}

async function rowsOf(pid: number): Promise<Row[]> {
  const program = await watch(pid);
  try {
    return (await program?.rows()) ?? [];
  } finally {
    program?.close();
  }
}

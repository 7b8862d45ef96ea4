import { drawRows } from "./process-rows.ts";
import type { Streams } from "./streams.ts";
import { type WatchArguments, withArguments } from "./watch-arguments.ts";
import { type Row, watch, watchedPids } from "./watched.ts";

/** Lists programs that may be watched, each with everything below it. @returns the exit code: 1 when there is none. */
export function ps(operands: readonly string[], streams: Streams): Promise<number> {
  return withArguments("ps", operands, streams, (given) => list(given, streams));
}

async function list({ pid, isJson }: WatchArguments, { stdout, stderr }: Streams): Promise<number> {
  const rows: Row[] = [];
  for (const each of pid === undefined ? watchedPids() : [pid]) {
    const program = await watch(each);
    if (program === undefined) continue;
    try {
      rows.push(...(await program.rows()));
    } finally {
      program.close();
    }
  }
  if (isJson) stdout.write(`${JSON.stringify(rows)}\n`);
  else if (rows.length > 0) stdout.write(`${drawRows(rows, stdout.columns).join("\n")}\n`);
  if (rows.length > 0) return 0;
  const whom = pid === undefined ? "no program" : `program ${pid}`;
  stderr.write(`manyhands ps: ${whom} can be watched; call allowWatching() in the program\n`);
  return 1;
}

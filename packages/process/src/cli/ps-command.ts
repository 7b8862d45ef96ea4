import { defineCommand, type Streams } from "../command/command.ts";
import { drawRows } from "./process-rows.ts";
import { drawSupervisors } from "./supervisor-rows.ts";
import { pidOf, programOperand, watchFlags } from "./watch-flags.ts";
import { notWatched, type ProcessRow, watch, watchedPids } from "./watched-program.ts";

/** `manyhands ps [PID]`: its exit code is 1 when there is no program, or one does not answer. */
export const ps = defineCommand({
  name: "ps",
  operands: programOperand,
  summary: "list programs that called allowWatching(), with their threads, processes and supervisors",
  group: "Watch",
  flags: watchFlags,
  run: async (context) => list(pidOf(context), context.values.json, context),
});

async function list(pid: number | undefined, isJson: boolean, { stdout, stderr }: Streams): Promise<number> {
  // Asks all programs at once: some may not answer.
  const answers = await Promise.allSettled((pid === undefined ? watchedPids() : [pid]).map(rowsOf));
  const rows = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  const failures = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as Error] : []));
  if (isJson) stdout.write(`${JSON.stringify(rows)}\n`);
  else if (rows.length > 0)
    stdout.write(`${[...drawRows(rows, stdout.columns), ...drawSupervisors(rows, stdout.columns)].join("\n")}\n`);
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

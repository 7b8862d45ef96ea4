import { setTimeout as sleep } from "node:timers/promises";
import { TimeoutError } from "../base/errors.ts";
import { type CommandContext, defineCommand, type Streams } from "../command/command.ts";
import { readFileFlag, readTlsFlags } from "../command/file-flags.ts";
import { count } from "../command/flag.ts";
import { describeDeadlocks } from "../observe/deadlock/describe-deadlock.ts";
import { readBoard, waitsFolder } from "../observe/deadlock/wait-board.ts";
import { drawRows, type ShownRow, withShares } from "./process-rows.ts";
import { screenOf } from "./screen.ts";
import { drawSupervisors } from "./supervisor-rows.ts";
import { drawTimes } from "./time-rows.ts";
import { clusterFlags, topCluster } from "./top-cluster.ts";
import { pidOf, programOperand, watchFlags } from "./watch-flags.ts";
import { notWatched, type ProcessRow, type WatchedProgram, watch, watchedPids } from "./watched-program.ts";

/** A day. `setTimeout` fires at once when it is to wait for more than 24.8 of them. */
const longestIntervalMs = 86_400_000;
/** How long a program goes on to add up times when it is not asked again, in milliseconds. */
const leastWatchMs = 5000;

const flags = {
  ...watchFlags,
  ...clusterFlags,
  "interval-ms": count("COUNT", 1000, 1, { help: "milliseconds between updates" }, longestIntervalMs),
  count: count("COUNT", Number.POSITIVE_INFINITY, 1, { help: "the number of updates", initially: " (no limit)" }),
};

type TopContext = CommandContext<typeof flags>;

/** `manyhands top [PID]`: its exit code is 1 when there is no such program or cluster, or it does not answer. */
export const top = defineCommand({
  name: "top",
  operands: programOperand,
  summary: "show one of these programs, or a cluster, at an interval, until it ends or Ctrl-C",
  group: "Watch",
  flags,
  run: show,
});

async function show(context: TopContext): Promise<number> {
  const { values, stdout, stderr } = context;
  // As for the worker program: other users of a machine can read the arguments of a program, and so a password.
  const authKey = readFileFlag(context, "auth-key-file")?.trim();
  const url = values.connect ?? (authKey === undefined ? undefined : process.env.MANYHANDS_CONNECT);
  if (url !== undefined) {
    if (context.operands.length > 0) return context.refuse("a PID and --connect are given: write one of them");
    const options = { url, name: values.name, authKey, tls: readTlsFlags(context), isJson: values.json };
    return topCluster({ ...options, intervalMs: values["interval-ms"], count: values.count }, context);
  }
  const pid = pidOf(context);
  const program = pid === undefined ? await watchAny() : await watch(pid);
  if (program === undefined) {
    stderr.write(`manyhands top: ${notWatched(pid)}\n`);
    return 1;
  }
  try {
    for await (const update of updates(program, values)) stdout.write(format(update, values.json, stdout));
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

interface Update {
  readonly rows: readonly ShownRow[];
  readonly before: readonly ProcessRow[];
}

async function* updates(program: WatchedProgram, values: TopContext["values"]): AsyncGenerator<Update, void> {
  let before: readonly ProcessRow[] = [];
  let lastUpdate = performance.now();
  for (let i = 0; i < values.count; i++) {
    if (i > 0) await sleep(values["interval-ms"]);
    const rows = await program.rows(2 * values["interval-ms"] + leastWatchMs);
    if (rows.length === 0) return;
    const now = performance.now();
    yield { rows: withShares(rows, before, now - lastUpdate), before };
    before = rows;
    lastUpdate = now;
  }
}

function format({ rows, before }: Update, isJson: boolean, stdout: Streams["stdout"]): string {
  if (isJson) return `${JSON.stringify(rows)}\n`;
  const time = new Date().toLocaleTimeString();
  const lines = [
    `${rows.length} processes and threads, ${time}`,
    ...drawRows(rows, stdout.columns),
    ...drawTimes(rows, before, stdout.columns),
    ...drawSupervisors(rows, stdout.columns),
    ...describeDeadlocks(readBoard(waitsFolder())),
  ];
  return screenOf(lines, stdout);
}

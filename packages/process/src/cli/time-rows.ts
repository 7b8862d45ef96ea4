import type { WaitKind } from "../base/observer.ts";
import { cutTo, printable } from "../command/text-width.ts";
import type { ProcessTimes } from "../observe/times/process-times.ts";
import type { ProcessRow } from "./watched-program.ts";

/** Where the time of a process went between two updates: shares of it, 0…1. */
interface TimeShares {
  readonly computing: number;
  readonly gc: number;
  readonly waits: Readonly<Record<WaitKind, number>>;
  readonly idle: number;
  readonly noProcessor: number | null;
}

const columns: readonly (readonly [head: string, share: (shares: TimeShares) => number | null])[] = [
  ["COMP%", ({ computing }) => computing],
  ["LOCK%", ({ waits }) => waits.lock],
  ["QUEUE%", ({ waits }) => waits.queue],
  ["MSG%", ({ waits }) => waits.message],
  ["CHILD%", ({ waits }) => waits.child],
  ["IDLE%", ({ idle }) => idle],
  ["GC%", ({ gc }) => gc],
  ["NOCPU%", ({ noProcessor }) => noProcessor],
];
/** The columns of a narrow terminal: the first ones. */
const narrowColumns = 6;
const narrowWidth = 100;

/**
 * Draws where the time of each process went since the update before, in percent, and what it waits for; nothing for the
 * first update.
 *
 * @param width the width of the terminal. Default: no limit.
 */
export function drawTimes(
  rows: readonly ProcessRow[],
  before: readonly ProcessRow[],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const shown = width < narrowWidth ? columns.slice(0, narrowColumns) : columns;
  const drawn = rows.flatMap((row) => {
    const { times: last } = before.find((each) => isSame(each, row)) ?? {};
    if (!row.times || !last) return [];
    const shares = sharesOf(row.times, last);
    const cells = shown.map(([, share]) => percent(share(shares)));
    return [
      [String(row.pid ?? "-"), row.threadId === 0 ? "-" : String(row.threadId), ...cells, waitText(row, last, rows)],
    ];
  });
  if (drawn.length === 0) return [];
  const lines = [["PID", "TID", ...shown.map(([head]) => head), "WAITS FOR"], ...drawn];
  const widths = lines[0]?.map((_, i) => Math.max(...lines.map((line) => (line[i] as string).length))) ?? [];
  const text = lines.map((line) =>
    line.map((cell, i) => (i === line.length - 1 ? cell : cell.padStart(widths[i] as number))).join("  "),
  );
  return ["", ...text.map((line) => cutTo(width, line.trimEnd()))];
}

function percent(share: number | null): string {
  return share === null ? "-" : (share * 100).toFixed(0);
}

function isSame(one: ProcessRow, other: ProcessRow): boolean {
  return one.pid === other.pid && one.threadId === other.threadId;
}

function sharesOf(now: ProcessTimes, before: ProcessTimes): TimeShares {
  const elapsed = Math.max(1, now.watchedMs - before.watchedMs);
  const share = (later: number, earlier: number) => Math.min(1, Math.max(0, (later - earlier) / elapsed));
  const waited = ({ waits }: ProcessTimes, kind: WaitKind) =>
    waits.reduce((sum, wait) => (wait.kind === kind ? sum + wait.ms : sum), 0);
  const waits = (kind: WaitKind) => share(waited(now, kind), waited(before, kind));
  const noProcessor =
    now.noProcessorMs === null || before.noProcessorMs === null ? null : share(now.noProcessorMs, before.noProcessorMs);
  return {
    computing: share(now.computingMs, before.computingMs),
    gc: share(now.gcMs, before.gcMs),
    waits: { lock: waits("lock"), queue: waits("queue"), message: waits("message"), child: waits("child") },
    idle: share(now.idleMs, before.idleMs),
    noProcessor,
  };
}

/** What it waits for now; else what it waited for longest since the update before. */
function waitText(row: ProcessRow, before: ProcessTimes, rows: readonly ProcessRow[]): string {
  const { waitsFor, waits } = row.times as ProcessTimes;
  if (waitsFor !== null) {
    const { name, holder } = waitsFor;
    return printable(holder === null ? name : `${name}, held by ${withName(holder, row, rows)}`);
  }
  const grown = waits.map(({ kind, name, ms }) => {
    const known = before.waits.find((wait) => wait.kind === kind && wait.name === name);
    return { name, ms: ms - (known?.ms ?? 0) };
  });
  const [longest] = grown.filter(({ ms }) => ms >= 1).sort((a, b) => b.ms - a.ms);
  return longest === undefined ? "" : printable(`(${longest.name})`);
}

/** A thread, as a lock knows its holder, with the name of its row. */
function withName(holder: string, { pid }: ProcessRow, rows: readonly ProcessRow[]): string {
  const found = rows.find((row) =>
    row.threadId === 0 && row.pid !== pid ? holder === `process ${row.pid}` : holder === `thread ${row.threadId}`,
  );
  return found === undefined ? holder : `${found.name} (${holder})`;
}

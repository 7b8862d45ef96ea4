import { padTo, printable, widthOf } from "@manyhands/process/command-line";
import type { Announcement } from "../wire/announcement.ts";

/** How a cluster is used at a moment. */
export interface ClusterUse {
  readonly workers: readonly Announcement[];
  /** How many worker programs have another key. */
  readonly others: number;
  /** How many workers of pools wait for a core. */
  readonly waiting: number;
}

/** Draws the worker programs of a cluster and the seats that they hold, as lines without a limit of their width. */
export function drawCluster({ workers, others, waiting }: ClusterUse): string[] {
  const seats = workers.flatMap((worker) => worker.seats.map((seat) => ({ ...seat, host: worker.host })));
  const cores = sum(workers, (worker) => worker.cores);
  const machines = new Set(workers.map(({ host }) => host)).size;
  return [
    `${machines} machines, ${cores} cores, ${seats.length} workers of pools, ${waiting} wait for a core, ` +
      `${sum(seats, ({ running }) => running)} tasks run`,
    ...(others > 0 ? [`${others} further worker programs have another key`] : []),
    ...drawTable(
      ["MACHINE", "PID", "CORES", "TAKEN", "RUNNING", "TASKS", "NODE", "VERSION"],
      workers.map(({ host, pid, cores, seats: held, node, manyhands }) => [
        host,
        pid,
        cores === 0 ? "leaves" : cores,
        held.length,
        sum(held, ({ running }) => running),
        sum(held, ({ tasks }) => tasks),
        node,
        manyhands,
      ]),
    ),
    ...drawTable(
      ["WORKER", "MACHINE", "PID", "RUNNING", "TASKS", "PROGRAM"],
      seats.map(({ name, host, pid, running, tasks, clientHost, clientPid }) => [
        name,
        host,
        pid === 0 ? "-" : pid,
        running,
        tasks,
        `${clientHost} ${clientPid}`,
      ]),
    ),
  ];
}

type Cell = string | number;

// Numbers are aligned right.
function drawTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  if (rows.length === 0) return [];
  const columns = head.map((title, i) => {
    const cells = rows.map((row) => row[i] as Cell);
    const texts = [title, ...cells.map((cell) => printable(String(cell)))];
    const width = Math.max(...texts.map(widthOf));
    const side = cells.some((cell) => typeof cell === "number") ? "left" : "right";
    return texts.map((text) => padTo(width, text, side));
  });
  return [head, ...rows].map((_, line) =>
    columns
      .map((column) => column[line])
      .join("  ")
      .trimEnd(),
  );
}

function sum<T>(items: readonly T[], numberOf: (item: T) => number): number {
  return items.reduce((total, item) => total + numberOf(item), 0);
}

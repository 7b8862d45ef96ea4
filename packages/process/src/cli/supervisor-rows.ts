import { cutTo, padTo, printable, widthOf } from "../command/text-width.ts";
import type { SupervisedInfo, SupervisorInfo } from "../process/info/supervisor-info.ts";
import type { ProcessRow } from "./watched-program.ts";

/** A line of the tree: the part that is indented, and the other columns. */
interface Line {
  readonly label: string;
  readonly state: string;
  readonly restarts: number;
  readonly pid: number | null;
}

/**
 * Draws the supervisors of processes under a head, children indented; nothing when there are none.
 *
 * @param width the width of the terminal. Default: no limit.
 */
export function drawSupervisors(rows: readonly ProcessRow[], width = Number.POSITIVE_INFINITY): string[] {
  const lines = rows.flatMap(({ pid, supervisors }) => (supervisors ?? []).flatMap((each) => treeOf(each, pid)));
  if (lines.length === 0) return [];
  const labelWidth = Math.max("SUPERVISED".length, ...lines.map(({ label }) => widthOf(label)));
  const draw = (label: string, ...[state, restarts, pid]: readonly string[]) => {
    return cutTo(
      width,
      `${padTo(labelWidth, label)}  ${state?.padEnd(8)}  ${restarts?.padStart(8)}  ${pid?.padStart(7)}`,
    );
  };
  const drawn = lines.map(({ label, state, restarts, pid }) =>
    draw(label, state, String(restarts), String(pid ?? "-")),
  );
  return ["", draw("SUPERVISED", "STATE", "RESTARTS", "PID"), ...drawn];
}

function treeOf(supervisor: SupervisorInfo, pid: number | null): Line[] {
  const { restarts, children } = supervisor;
  const own = { label: titleOf(supervisor), state: "-", restarts, pid };
  return [own, ...children.flatMap((child) => branchOf(child, "  "))];
}

function branchOf({ name, state, restarts, pid, supervisor }: SupervisedInfo, indent: string): Line[] {
  const title = supervisor === null ? printable(name) : titleOf({ ...supervisor, name });
  const own = { label: indent + title, state: printable(state), restarts, pid };
  return [own, ...(supervisor?.children ?? []).flatMap((child) => branchOf(child, `${indent}  `))];
}

function titleOf({ name, strategy }: Pick<SupervisorInfo, "name" | "strategy">): string {
  return `${printable(name)} (${printable(strategy)})`;
}

import type { Kernel } from "../../kernel/kernel.ts";
import { leastRounds } from "../../model/statistic/median.ts";
import { type MeasuredWorkers, spanNsOf } from "../worker/measured-workers.ts";
import type { Ceiling, CeilingKind } from "./ceiling.ts";
import type { ScalingPlan } from "./scaling-plan.ts";

/** How much work a cell does. The same for every launch of a kernel. */
export interface WorkAmount {
  /** Copies of the job. */
  readonly copies: number;
  /** Units of the ceiling's work; 0 when the kernel has no ceiling. */
  readonly units: number;
}

/** The longest time that the serial cell may take for that. */
const longestSerialNs = 2e9;
/**
 * The shortest time of the ceiling's fastest cell. Its units take equal time, so it can be shorter than a kernel's.
 */
const ceilingCellNs = 80e6;

/** Chooses how much work makes the fastest cell long enough to time, without making the serial cell too long. */
export async function chooseAmount(
  kernel: Kernel,
  plan: ScalingPlan,
  workers: MeasuredWorkers,
  ceiling?: Ceiling,
): Promise<WorkAmount> {
  const serialNs = spanNsOf(await workers.runAlone(1));
  const divides = Math.min(plan.cpus.usable, Math.max(...plan.levels));
  // The serial time that lets six rounds of all cells fit into the time limit.
  const cells = plan.levels.map((level) => (plan.mode === "weak" ? 1 : 1 / Math.min(level, plan.cpus.usable)));
  const fittingNs = plan.maxTimeNs / leastRounds / (1.5 + cells.reduce((sum, share) => sum + share, 0));
  const wantedNs = plan.size === "tiny" ? 0 : Math.min(longestSerialNs, fittingNs, plan.cellNs * divides);
  const kind = ceilingKind(kernel);
  return {
    copies: Math.max(1, Math.ceil(wantedNs / serialNs)),
    units: ceiling?.kinds.includes(kind) ? await chooseUnits(ceiling, kind, ceilingNs(plan) * divides) : 0,
  };
}

/** Which ceiling a kernel is compared with. */
export function ceilingKind({ bound }: Kernel): CeilingKind {
  return bound === "memory" ? "memory" : "compute";
}

function ceilingNs({ size, cellNs }: ScalingPlan): number {
  return size === "tiny" ? ceilingCellNs / 20 : Math.min(ceilingCellNs, cellNs);
}

/** How many units one native thread does in the wanted time. */
async function chooseUnits(ceiling: Ceiling, kind: CeilingKind, wantedNs: number): Promise<number> {
  const trial = 64;
  await ceiling.run(kind, 1, trial);
  return Math.max(1, Math.ceil((trial * wantedNs) / spanNsOf(await ceiling.run(kind, 1, trial))));
}

import type { Cell } from "../../base/sample.ts";
import type { KernelResult } from "../../base/scaling-result.ts";
import { bootstrapRounds, percentileInterval } from "../statistic/bootstrap.ts";
import { median } from "../statistic/median.ts";
import { isCorrelated } from "../statistic/series-statistics.ts";
import { amdahlSpeedUp, fitAmdahl, type Level } from "./amdahl.ts";
import { fitGustafson } from "./gustafson.ts";
import { fitUsl, uslPeak } from "./usl.ts";

/** The fitted laws of a kernel, with bootstrap intervals. */
type Fits = Pick<KernelResult, "amdahl" | "usl" | "gustafson">;

/**
 * Fits the laws that the levels within the usable CPUs identify: Amdahl from three levels, the Universal Scalability
 * Law from six that reach eight workers, Gustafson when the work grows with the workers. With fewer levels the fitted
 * parameters would be arbitrary.
 */
export function fitLaws(pools: readonly Cell[], serial: Cell): Fits {
  const cells = pools.filter((cell) => !cell.oversubscribed);
  const most = Math.max(0, ...cells.map((cell) => cell.workers));
  const grows = pools.some((cell) => cell.copies !== serial.copies);
  if (grows) return most > 1 ? { gustafson: gustafson(cells, serial) } : {};
  return {
    ...(cells.length >= 3 ? { amdahl: amdahl(cells) } : {}),
    ...(cells.length >= 6 && most >= 8 ? { usl: usl(cells) } : {}),
  };
}

function amdahl(cells: readonly Cell[]): NonNullable<Fits["amdahl"]> {
  const [serialShare] = bootstrapFits(cells, (drawn) => [fitAmdahl(levels(cells, drawn)).serialShare]);
  return {
    serialShare: serialShare as NonNullable<typeof serialShare>,
    limit: amdahlSpeedUp((serialShare as { value: number }).value, Number.POSITIVE_INFINITY),
  };
}

function usl(cells: readonly Cell[]): NonNullable<Fits["usl"]> {
  const [alpha, beta, gamma] = bootstrapFits(cells, (drawn) => {
    const law = fitUsl(levels(cells, drawn));
    return [law.alpha, law.beta, law.gamma];
  }) as [
    ReturnType<typeof percentileInterval>,
    ReturnType<typeof percentileInterval>,
    ReturnType<typeof percentileInterval>,
  ];
  const most = Math.max(...cells.map((cell) => cell.workers));
  const peak = uslPeak({ alpha: alpha.value, beta: beta.value, gamma: gamma.value });
  // A peak far beyond the data is not reliable, and there is none when β may be zero.
  return { alpha, beta, gamma, ...(beta.low > 0 && peak <= 2 * most ? { peak } : {}) };
}

function gustafson(cells: readonly Cell[], serial: Cell): NonNullable<Fits["gustafson"]> {
  const [serialShare] = bootstrapFits([serial, ...cells], (drawn) => {
    const base = timeOf(serial, drawn);
    return [
      fitGustafson(
        cells.map((cell) => ({
          workers: cell.workers,
          speedUp: (cell.copies / serial.copies) * (base / timeOf(cell, drawn)),
        })),
      ),
    ];
  });
  return { serialShare: serialShare as NonNullable<typeof serialShare> };
}

/** Fits all rounds, then a thousand bootstrap samples of them. Returns one interval for each number of the fit. */
function bootstrapFits(cells: readonly Cell[], fit: (drawn: readonly number[]) => number[]) {
  const rounds = Math.min(...cells.map((cell) => cell.samples.length));
  const all = Array.from({ length: rounds }, (_, round) => round);
  const [serial, highest] = [cells[0], cells.at(-1)] as [Cell, Cell];
  const ratios = all.map((round) => Math.log(timeOf(serial, [round]) / timeOf(highest, [round])));
  const draws = bootstrapRounds(rounds, fit, { block: isCorrelated(ratios) ? 3 : 1 });
  return fit(all).map((value, at) =>
    percentileInterval(
      value,
      draws.map((draw) => draw[at] as number),
    ),
  );
}

function levels(cells: readonly Cell[], drawn: readonly number[]): Level[] {
  return cells.map((cell) => ({ workers: cell.workers, time: timeOf(cell, drawn) }));
}

function timeOf(cell: Cell, drawn: readonly number[]): number {
  return median(drawn.map((round) => (cell.samples[round] as { spanNs: number }).spanNs));
}

import type { Interval } from "../../base/interval.ts";
import type { Cell } from "../../base/sample.ts";
import type { KernelResult } from "../../base/scaling-result.ts";
import { bootstrapRounds, percentileInterval } from "../statistic/bootstrap.ts";
import { median } from "../statistic/median.ts";
import { isCorrelated } from "../statistic/series-statistics.ts";
import { amdahlSpeedUp, fitAmdahl, type Level } from "./amdahl.ts";
import { fitGustafson } from "./gustafson.ts";
import { fitUsl, uslPeak, uslThroughput } from "./usl.ts";

/** The fitted laws of a kernel, with bootstrap intervals. */
type Fits = Pick<KernelResult, "amdahl" | "usl" | "gustafson" | "prediction">;

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
    ...(cells.length >= 3 ? amdahl(cells, serial) : {}),
    ...(cells.length >= 6 && most >= 8 ? usl(cells, serial) : {}),
  };
}

/** The number of workers for which a prediction is made: twice the highest level's. */
function predictedWorkers(cells: readonly Cell[]): number {
  return 2 * Math.max(...cells.map((cell) => cell.workers));
}

function amdahl(cells: readonly Cell[], serial: Cell): Fits {
  const workers = predictedWorkers(cells);
  const [serialShare, speedUp] = bootstrapFits([serial, ...cells], (drawn) => {
    const law = fitAmdahl(levels(cells, drawn));
    return [law.serialShare, (timeOf(serial, drawn) / law.time) * amdahlSpeedUp(law.serialShare, workers)];
  }) as [Interval, Interval];
  return {
    amdahl: { serialShare, limit: amdahlSpeedUp(serialShare.value, Number.POSITIVE_INFINITY) },
    prediction: { workers, speedUp, law: "Amdahl" },
  };
}

function usl(cells: readonly Cell[], serial: Cell): Fits {
  const workers = predictedWorkers(cells);
  const [alpha, beta, gamma, speedUp] = bootstrapFits([serial, ...cells], (drawn) => {
    const law = fitUsl(levels(cells, drawn));
    return [law.alpha, law.beta, law.gamma, timeOf(serial, drawn) * uslThroughput(law, workers)];
  }) as [Interval, Interval, Interval, Interval];
  const most = workers / 2;
  const peak = uslPeak({ alpha: alpha.value, beta: beta.value, gamma: gamma.value });
  // A peak far beyond the data is not reliable, and there is none when β may be zero.
  return {
    usl: { alpha, beta, gamma, ...(beta.low > 0 && peak <= 2 * most ? { peak } : {}) },
    prediction: { workers, speedUp, law: "USL" },
  };
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

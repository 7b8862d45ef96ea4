import { type Interval, isKnown } from "../../base/interval.ts";
import type { Cell } from "../../base/sample.ts";
import type { KernelResult, LevelResult } from "../../base/scaling-result.ts";
import { amdahlSpeedUp } from "../../model/law/amdahl.ts";
import { uslThroughput } from "../../model/law/usl.ts";
import { counted } from "../data/finding.ts";
import { factor, range } from "../data/format-number.ts";
import type { Plot, Scale } from "../svg/axes.ts";
import { element, hint, pathThrough } from "../svg/svg.ts";

/** What a speed-up picture is drawn from: one kernel's levels, cells and fits. */
export interface SpeedUpData {
  readonly title: string;
  readonly usable: number;
  readonly levels: readonly LevelResult[];
  readonly cells: readonly Cell[];
  readonly result?: KernelResult;
}

/** Where a speed-up picture is drawn. */
export interface Drawing {
  readonly x: Scale;
  readonly y: Scale;
  readonly plot: Plot;
}

/**
 * The curve of the fitted law, from one worker to the usable CPUs: the Universal Scalability Law when it was
 * identified.
 */
export function lawCurve({ x, y, plot }: Drawing, { result, usable, levels }: SpeedUpData): string {
  const one = levels.find((level) => level.workers === 1)?.speedUp.value ?? 1;
  const last = Math.min(usable, Math.max(...levels.map((level) => level.workers)));
  const steps = Array.from({ length: 49 }, (_, at) => last ** (at / 48));
  const curve = (law: (workers: number) => number) =>
    steps.map((workers): [number, number] => [
      x(workers),
      Math.max(plot.top, Math.min(plot.bottom, y(one * law(workers)))),
    ]);
  if (result?.usl !== undefined) {
    const { alpha, beta } = result.usl;
    const of = (end: "low" | "value" | "high") => {
      const coherency = beta.low > 0 ? beta[end] : 0;
      return curve((workers) => uslThroughput({ alpha: alpha[end], beta: coherency, gamma: 1 }, workers));
    };
    return lawWithBand(of);
  }
  if (result?.amdahl === undefined) return "";
  const { serialShare } = result.amdahl;
  return lawWithBand((end) => curve((workers) => amdahlSpeedUp(serialShare[end], workers)));
}

/** A curve with the band that the intervals of its parameters span. */
function lawWithBand(of: (end: "low" | "value" | "high") => [number, number][]): string {
  return (
    element("path", { class: "band", d: `${pathThrough([...of("low"), ...of("high").reverse()])}Z` }) +
    element("path", { class: "fit", d: pathThrough(of("value")) })
  );
}

/** The levels at which native threads were measured. */
export function ceilingPoints(levels: readonly LevelResult[]): (Interval & { readonly workers: number })[] {
  return levels.flatMap(({ workers, ceiling }) => (ceiling === undefined ? [] : [{ workers, ...ceiling }]));
}

/** The speed-up of native threads with even work: a line with the band of its intervals. */
export function ceilingLine({ x, y, plot }: Drawing, levels: readonly LevelResult[]): string {
  const points = ceilingPoints(levels);
  if (points.length < 2) return "";
  const edge = (pick: (point: Interval) => number) =>
    points.map((point): [number, number] => {
      const value = isKnown(point) ? pick(point) : point.value;
      return [x(point.workers), Math.max(plot.top, Math.min(plot.bottom, y(value)))];
    });
  const band = [...edge(({ high }) => high), ...edge(({ low }) => low).reverse()];
  return (
    element("path", { class: "ceiling-band", d: `${pathThrough(band)}Z` }) +
    element(
      "path",
      { class: "ceiling", d: pathThrough(edge(({ value }) => value)) },
      hint(`native threads: ${points.map(({ workers, value }) => `${factor(value)}× with ${workers}`).join(", ")}`),
    )
  );
}

/** From the highest level within the usable CPUs to the prediction for twice as many workers, with its interval. */
export function predictionBand({ x, y, plot }: Drawing, { result, levels, usable }: SpeedUpData): string {
  const from = levels.filter((level) => level.workers <= usable).at(-1);
  const { prediction } = result ?? {};
  if (from === undefined || prediction === undefined) return "";
  const place = (value: number) => Math.max(plot.top, Math.min(plot.bottom, y(value)));
  const start: [number, number] = [x(from.workers), place(from.speedUp.value)];
  const { low, high, value } = prediction.speedUp;
  const end = (at: number): [number, number] => [x(prediction.workers), place(at)];
  return element(
    "g",
    {},
    hint(`prediction for ${counted(prediction.workers)}: ${factor(value)}× (${range(prediction.speedUp, factor)})`),
    element("path", { class: "band", d: `${pathThrough([start, end(low), end(high)])}Z` }),
    element("path", { class: "prediction", d: pathThrough([start, end(value)]) }),
  );
}

import type { Interval } from "../../base/interval.ts";
import type { KernelResult } from "../../base/scaling-result.ts";
import { counted } from "./finding.ts";
import { factor, percent, range } from "./format-number.ts";

/** What a kernel's levels say beside their speed-ups: a term and its words each, for all formats. */
export function lawFacts(result: KernelResult, mode: "strong" | "weak"): (readonly [string, string])[] {
  const { poolTax, amdahl, usl, gustafson, serialBound, prediction } = result;
  return [
    ["pool tax", poolTax === undefined ? "not measured" : `${share(poolTax)}: one worker against the serial loop`],
    ...(gustafson === undefined ? [] : [["Gustafson", `serial share ${share(gustafson.serialShare)}`] as const]),
    ...(amdahl === undefined
      ? []
      : [["Amdahl", `serial share ${share(amdahl.serialShare)}, limit ${limitText(amdahl.limit)}`] as const]),
    ...(usl === undefined ? [] : [["USL", uslText(usl)] as const]),
    ...(serialBound === undefined ? [] : [["serial share", boundText(serialBound)] as const]),
    ...(prediction === undefined ? [] : [["prediction", predictionText(prediction)] as const]),
    ...(mode === "strong" && serialBound === undefined
      ? [["serial share", "unknown: it needs six rounds and a level above one worker within the usable CPUs"] as const]
      : []),
  ];
}

function share(interval: Interval): string {
  return `${percent(interval.value)} (${range(interval, percent)})`;
}

function limitText(limit: number): string {
  return Number.isFinite(limit) ? factor(limit) : "none";
}

function uslText({ alpha, beta, peak }: NonNullable<KernelResult["usl"]>): string {
  const contention = `contention ${share(alpha)}`;
  if (!(beta.low > 0)) return `${contention}, no coherency term detectable`;
  const small = (value: number) => value.toExponential(1);
  const turn = peak === undefined ? "peak beyond the data" : `peak at ${Math.round(peak)} workers`;
  return `${contention}, coherency ${small(beta.value)} (${range(beta, small)}), ${turn}`;
}

function boundText({ workers, share: bound }: NonNullable<KernelResult["serialBound"]>): string {
  const most = `at most ${percent(bound.high)} of the work is serial, if no overhead is negative`;
  return `${share(bound)} by Karp–Flatt with ${counted(workers)}: ${most}`;
}

const laws = {
  Amdahl: "Amdahl's law",
  USL: "the Universal Scalability Law",
  "Karp–Flatt": "Amdahl's law, if all that is lost is serial",
} as const;

function predictionText({ workers, speedUp, law }: NonNullable<KernelResult["prediction"]>): string {
  return `${factor(speedUp.value)} times (${range(speedUp, factor)}) with ${counted(workers)}: not measured, by ${laws[law]}`;
}

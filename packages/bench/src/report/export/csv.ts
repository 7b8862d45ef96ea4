import type { Result } from "../../base/result-file.ts";
import { quantitiesOf } from "../../model/compare-results.ts";

type Row = readonly (string | number | boolean | undefined)[];

/**
 * One row for each observation, always with the same columns, by RFC 4180. A missing value is an empty field. Times
 * are in nanoseconds, sizes in bytes. The package's README describes every column.
 */
export function resultCsv(result: Result): string {
  return csv(table(result));
}

/** One row for each derived value, with its 95 % interval. An infinite end is an empty field. */
export function summaryCsv(result: Result): string {
  const end = (value: number) => (Number.isFinite(value) ? value : undefined);
  const rows = quantitiesOf(result).map(({ name, value, moreIsBetter, withinRun }) => [
    ...[name, withinRun ? "ratio" : "ns", end(value.value), end(value.low), end(value.high)],
    ...[moreIsBetter ? "more" : "less"],
  ]);
  return csv([["what", "unit", "value", "low", "high", "better"], ...rows]);
}

function csv(rows: readonly Row[]): string {
  return `${rows.map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

function table(result: Result): Row[] {
  switch (result.kind) {
    case "scaling":
      return [
        [
          "kernel",
          "role",
          "workers",
          "oversubscribed",
          "launch",
          "round",
          "seq",
          "startNs",
          "spanNs",
          "kernelNs",
          "skewNs",
          "cpuNs",
          "waitNs",
          "gcNs",
          "stealNs",
          "throttledNs",
          "mhz",
          "verified",
        ],
        ...result.cells.flatMap(({ kernel, role, workers, oversubscribed, samples }) =>
          samples.map((sample) => [
            ...[
              kernel,
              role,
              workers,
              oversubscribed,
              sample.launch,
              sample.round,
              sample.seq,
              sample.startNs,
              sample.spanNs,
            ],
            ...[
              sample.kernelNs,
              sample.skewNs,
              sum(sample.cpuNs),
              sum(sample.waitNs),
              sum(sample.gcNs),
              sample.stealNs,
              sample.throttledNs,
              sample.mhz,
              sample.verified,
            ],
          ]),
        ),
      ];
    case "spawn":
      return [
        [
          "method",
          "family",
          "ballastKind",
          "ballastBytes",
          "alive",
          "atOnce",
          "round",
          "seq",
          "returnedNs",
          "startedNs",
          "readyNs",
          "sentNs",
          "begunNs",
          "answeredNs",
          "stoppedNs",
          "goneNs",
        ],
        ...result.rows.flatMap(({ method, family, ballast, starts, growth, burst }) => {
          const row = [method, family, ballast.kind, ballast.bytes];
          const goneAlone = (goneNs: number) => [...new Array<undefined>(9), goneNs];
          return [
            ...starts.map((each) => [
              ...[...row, 0, 1, each.round, each.seq],
              ...[each.returnedNs, each.startedNs, each.readyNs, each.sentNs],
              ...[each.begunNs, each.answeredNs, each.stoppedNs, each.goneNs],
            ]),
            ...(growth?.starts ?? []).map(({ alive, goneNs }) => [...row, alive, 1, ...goneAlone(goneNs)]),
            ...(burst?.spansNs ?? []).map((ns) => [...row, 0, burst?.children, ...goneAlone(ns)]),
          ];
        }),
      ];
    case "message":
      return [
        ["transport", "shape", "bytes", "window", "round", "seq", "wayNs", "nearCpuNs", "farCpuNs"],
        ...[...result.cells.map((cell) => ({ ...cell, window: 1 })), ...result.streams].flatMap(
          ({ transport, shape, bytes, window, samples }) =>
            samples.map(({ round, seq, wayNs, nearCpuNs, farCpuNs }) => [
              ...[transport, shape, bytes, window, round, seq],
              ...[wayNs, nearCpuNs, farCpuNs],
            ]),
        ),
      ];
  }
}

function sum(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0);
}

function field(value: string | number | boolean | undefined): string {
  const text = value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

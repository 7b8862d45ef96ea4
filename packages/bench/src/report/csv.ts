import type { Result } from "../base/result-file.ts";

/** One row a sample, in time order, the same columns every time; RFC 4180. */
export function resultCsv(result: Result): string {
  const rows = table(result);
  return `${rows.map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

function table(result: Result): (string | number | boolean | undefined)[][] {
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
          "round",
          "seq",
          "returnedNs",
          "bornNs",
          "readyNs",
          "sentNs",
          "begunNs",
          "answeredNs",
          "stoppedNs",
          "goneNs",
        ],
        ...result.rows.flatMap(({ method, family, ballast, births }) =>
          births.map((birth) => [
            ...[method, family, ballast.kind, ballast.bytes, birth.round, birth.seq],
            ...[birth.returnedNs, birth.bornNs, birth.readyNs, birth.sentNs],
            ...[birth.begunNs, birth.answeredNs, birth.stoppedNs, birth.goneNs],
          ]),
        ),
      ];
    case "message":
      return [
        ["transport", "shape", "bytes", "round", "seq", "wayNs", "nearCpuNs", "farCpuNs"],
        ...result.cells.flatMap(({ transport, shape, bytes, samples }) =>
          samples.map((sample) => [
            transport,
            shape,
            bytes,
            sample.round,
            sample.seq,
            sample.wayNs,
            sample.nearCpuNs,
            sample.farCpuNs,
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

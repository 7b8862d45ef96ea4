import { formatBytes } from "../../base/byte-size.ts";
import { formatDuration } from "../../base/duration.ts";
import type { SpawnResult, SpawnRow } from "../../base/spawn-result.ts";
import { summariseStarts } from "../../model/start-summary.ts";

/** The start methods, and Node's way to start a program, in the order of the tables. */
const compared = ["thread", "spawn", "forkserver", "fork", "child_process.fork"];

/** The costs of one start method that decide which to choose; a value that was not measured is absent. */
export interface StartMethodFigures {
  readonly method: string;
  /** Median time until the first instruction in the child, in nanoseconds. */
  readonly startNs?: number;
  /** Median time until the parent has the first answer. */
  readonly answerNs?: number;
  /** Memory of one idle child. */
  readonly memoryBytes?: number;
  /** How much longer the first answer takes when the parent holds `heapBytes` of JS heap; may be negative by noise. */
  readonly heapNs?: number;
}

/** The largest JS heap that the parent held, in bytes; 0 when that was not measured. */
export function heapBytes({ rows }: SpawnResult): number {
  return Math.max(0, ...rows.map(({ ballast }) => (ballast.kind === "heap" ? ballast.bytes : 0)));
}

/** The costs of each start method that was measured. */
export function startMethodFigures(result: SpawnResult): StartMethodFigures[] {
  const held = heapBytes(result);
  return compared.flatMap((method): StartMethodFigures[] => {
    const own = result.rows.filter((row) => row.method === method && row.starts.length > 0);
    const plain = own.find(({ ballast }) => ballast.bytes === 0);
    if (plain === undefined) return [];
    const heavy = own.find(({ ballast }) => held > 0 && ballast.kind === "heap" && ballast.bytes === held);
    const { started, answered } = summariseStarts(plain.starts);
    return [
      {
        method,
        ...known("startNs", started.p50),
        ...known("answerNs", answered.p50),
        ...known("memoryBytes", plain.footprint?.pssBytes ?? Number.NaN),
        ...known("heapNs", heavy === undefined ? Number.NaN : answerOf(heavy) - answered.p50),
      },
    ];
  });
}

function answerOf({ starts }: SpawnRow): number {
  return summariseStarts(starts).answered.p50;
}

function known<K extends string>(key: K, value: number): { [key in K]?: number } {
  return Number.isNaN(value) ? {} : ({ [key]: value } as { [key in K]: number });
}

/** The comparison of fork and spawn in one sentence; empty when neither was measured. */
export function forkSentence(result: SpawnResult): string {
  const figures = startMethodFigures(result);
  const of = (method: string) => figures.find((one) => one.method === method);
  const [fork, spawn] = [of("fork"), of("spawn")];
  if (spawn === undefined) return "";
  const held = heapBytes(result);
  const both = (pick: (one: StartMethodFigures) => number | undefined, format: (value: number) => string) => {
    const values = [fork, spawn].map((one) => (one === undefined ? undefined : pick(one)));
    return values.map((value) => (value === undefined ? "n/a" : format(value))).join(" against ");
  };
  if (fork === undefined)
    return `fork was not measured: this program cannot fork here. A child by spawn starts in ${formatDuration(spawn.startNs ?? Number.NaN)}.`;
  const heap = held === 0 ? "" : `, ${both(({ heapNs }) => heapNs, signedDuration)} for ${formatBytes(held)} of heap`;
  return `fork against spawn: ${both(({ startNs }) => startNs, formatDuration)} to start, ${both(({ answerNs }) => answerNs, formatDuration)} to the first answer, ${both(({ memoryBytes }) => memoryBytes, formatBytes)} of memory each${heap}.`;
}

/** A difference of times: `+1.20 ms`. */
export function signedDuration(ns: number): string {
  return `${ns < 0 ? "−" : "+"}${formatDuration(Math.abs(ns))}`;
}

const advice: Readonly<Record<string, readonly [choose: string, avoid: string]>> = {
  thread: ["the work is JavaScript and values are shared or sent often", "a crash or process.exit() must not end all"],
  spawn: ["each child must start clean, on every system", "children are short-lived or many"],
  forkserver: ["many clean children must start fast", "the parent's loaded data is needed in the child"],
  fork: [
    "the child needs large data that the parent has loaded",
    "the parent has open handles, threads or native state",
  ],
  "child_process.fork": [
    "the child is a program of its own with IPC",
    "the child is a function (it is a spawn, not a fork)",
  ],
};

/** When to choose which start method, with what was measured: a head and a row each. */
export function choiceRows(result: SpawnResult): string[][] {
  const figures = startMethodFigures(result);
  const rows = compared
    .filter((method) => method === "fork" || figures.some((one) => one.method === method))
    .map((method) => {
      const one = figures.find((other) => other.method === method);
      const time = (ns: number | undefined) => (ns === undefined ? "n/a" : formatDuration(ns));
      return [
        method,
        ...(advice[method] ?? ["", ""]),
        time(one?.startNs),
        time(one?.answerNs),
        one?.memoryBytes === undefined ? "n/a" : formatBytes(one.memoryBytes),
        one?.heapNs === undefined ? "n/a" : signedDuration(one.heapNs),
      ];
    });
  const held = heapBytes(result);
  const heap = held === 0 ? "with heap" : `with ${formatBytes(held)} heap`;
  return [["method", "choose it when", "avoid it when", "started", "answer", "PSS", heap], ...rows];
}

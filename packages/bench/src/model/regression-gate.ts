import { parseDuration } from "../base/duration.ts";
import type { Interval } from "../base/interval.ts";
import type { MessageResult } from "../base/message-result.ts";
import type { ScalingResult } from "../base/scaling-result.ts";
import type { SpawnResult } from "../base/spawn-result.ts";
import { medianInterval } from "./statistic/median.ts";
import { pairedRatio } from "./statistic/ratio.ts";

type Result = ScalingResult | SpawnResult | MessageResult;

/** Why a run fails a gate. */
export interface GateFailure {
  readonly expression: string;
  readonly text: string;
}

/** The quantities that a gate can check in each kind of result, with an example. */
const quantities = {
  scaling: { names: ["speedup", "efficiency", "machine", "pooltax"], example: "speedup(ep,p=2) < 1.5" },
  spawn: { names: ["blocked", "answer", "gone", "ratio"], example: "ratio(forkserver,spawn) > 0.5" },
  message: { names: ["way", "ratio"], example: "way(Pipe thread) > 100us" },
} as const;

/** A parsed gate. */
export interface RegressionGate {
  readonly quantity: string;
  readonly subjects: readonly string[];
  /** Absent for the highest level within the usable CPUs. */
  readonly workers?: number;
  readonly sign: "<" | ">";
  /** A plain number, or nanoseconds. */
  readonly bound: number;
}

/**
 * Parses a gate. Its quantity is one of:
 *
 * - of a kernel: `speedup`, `efficiency`, `machine` or `pooltax`, at `p` workers or at the highest level
 * - of a start method: `blocked`, `answer` or `gone`
 * - of a transport: `way`, the time of the smallest message
 * - of two methods or transports: `ratio`, of `gone` or `way`, round by round
 *
 * @throws {RangeError} when the expression cannot be parsed, or names a quantity that this kind of result does not
 * have.
 */
export function readGate(kind: Result["kind"], expression: string): RegressionGate {
  const { names, example } = quantities[kind];
  const [, quantity = "", words = "", sign, bound = ""] =
    /^\s*(\w+)\(([^)]+)\)\s*([<>])\s*(\S+)\s*$/.exec(expression) ?? [];
  const parts = words.split(",").map((word) => word.trim());
  const workers = parts.flatMap((part) => /^p\s*=\s*(\d+)$/.exec(part)?.[1] ?? []).map(Number);
  const subjects = parts.filter((part) => !/^p\s*=/.test(part));
  const value = readBound(bound);
  const fits = (names as readonly string[]).includes(quantity) && subjects.length === (quantity === "ratio" ? 2 : 1);
  if (!fits || value === undefined) {
    throw new RangeError(`Cannot read gate "${expression}": write ${names.join(", ")}, as in ${example}`);
  }
  return {
    quantity,
    subjects,
    ...(workers[0] === undefined ? {} : { workers: workers[0] }),
    sign: sign as "<",
    bound: value,
  };
}

/** Parses a number, a share with `%`, or a time with its unit. */
function readBound(text: string): number | undefined {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (/^-?\d+(\.\d+)?%$/.test(text)) return Number(text.slice(0, -1)) / 100;
  return /^\d+(\.\d+)?(ns|us|µs|ms|s|min)$/.test(text) ? parseDuration(text) : undefined;
}

/**
 * Checks a gate on a run.
 *
 * A gate fails only when the whole interval does: `<` compares the upper end of the interval, `>` its lower end.
 *
 * @returns the failure, or `undefined` when the gate holds or the result is inconclusive.
 * @throws {RangeError} when the expression cannot be parsed, or names something that was not measured.
 */
export function judgeGate(expression: string, result: Result): GateFailure | undefined {
  const gate = readGate(result.kind, expression);
  const interval = result.kind === "scaling" ? ofScaling(gate, result) : ofSeries(gate, seriesOf(gate, result));
  if (interval === undefined) throw new RangeError(`Cannot judge gate "${expression}": it was not measured`);
  const failed = gate.sign === "<" ? interval.high < gate.bound : interval.low > gate.bound;
  if (!failed) return undefined;
  const numbers = [interval.low, interval.high].map((value) => value.toPrecision(3)).join("…");
  return { expression, text: `${expression}: it is ${interval.value.toPrecision(3)} (${numbers})` };
}

function ofScaling(
  { quantity, subjects: [kernel], workers }: RegressionGate,
  result: ScalingResult,
): Interval | undefined {
  const levels = result.levels.filter((level) => level.kernel === kernel && !level.oversubscribed);
  const level = workers === undefined ? levels.at(-1) : levels.find((candidate) => candidate.workers === workers);
  if (quantity === "pooltax") return result.results.find((candidate) => candidate.kernel === kernel)?.poolTax;
  if (quantity === "machine") return level?.machineEfficiency;
  return quantity === "speedup" ? level?.speedUp : level?.efficiency;
}

/** The times of one subject by round. */
type Series = ReadonlyMap<number, number>;

function ofSeries({ quantity }: RegressionGate, [one, two]: readonly Series[]): Interval | undefined {
  if (one === undefined || one.size === 0) return undefined;
  if (quantity !== "ratio") return medianInterval([...one.values()]);
  const rounds = [...one.keys()].filter((round) => two?.has(round));
  if (rounds.length === 0) return undefined;
  return pairedRatio(
    rounds.map((round) => one.get(round) as number),
    rounds.map((round) => two?.get(round) as number),
  );
}

function seriesOf({ quantity, subjects }: RegressionGate, result: SpawnResult | MessageResult): Series[] {
  return subjects.map((subject) => {
    if (result.kind === "message") {
      const cell = result.cells.filter(({ transport }) => transport === subject).sort((a, b) => a.bytes - b.bytes)[0];
      return new Map(cell?.samples.map(({ round, wayNs }) => [round, wayNs]));
    }
    const starts = result.rows.find(({ method }) => method === subject)?.starts ?? [];
    const stamp = quantity === "blocked" ? "returnedNs" : quantity === "answer" ? "answeredNs" : "goneNs";
    return new Map(starts.flatMap((each) => (each[stamp] === undefined ? [] : [[each.round, each[stamp]]])));
  });
}

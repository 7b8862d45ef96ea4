import type { ScalingResult } from "../base/scaling-result.ts";

/** Why a run fails a gate. */
export interface GateFailure {
  readonly expression: string;
  readonly text: string;
}

/** What a gate may ask: `speedup(ep,p=2) < 1.5`. */
const grammar =
  /^\s*(speedup|efficiency|machine|pooltax)\(\s*([\w-]+)\s*(?:,\s*p\s*=\s*(\d+)\s*)?\)\s*(<|>)\s*(-?\d+(?:\.\d+)?)\s*$/;

/** A gate in parts. */
export interface Gate {
  readonly quantity: "speedup" | "efficiency" | "machine" | "pooltax";
  readonly kernel: string;
  /** Absent for the fullest use of the CPUs. */
  readonly workers?: number;
  readonly sign: "<" | ">";
  readonly bound: number;
}

/** @throws {RangeError} when the expression cannot be read. */
export function readGate(expression: string): Gate {
  const [, quantity, kernel, workers, sign, bound] = grammar.exec(expression) ?? [];
  if (quantity === undefined || kernel === undefined) {
    throw new RangeError(
      `Cannot read gate "${expression}": write speedup, efficiency, machine or pooltax, as in speedup(ep,p=2) < 1.5`,
    );
  }
  return {
    quantity: quantity as Gate["quantity"],
    kernel,
    ...(workers === undefined ? {} : { workers: Number(workers) }),
    sign: sign as Gate["sign"],
    bound: Number(bound),
  };
}

/**
 * Judges a gate on a run.
 *
 * It fails only when it is sure to: `<` looks at the interval's upper end, `>` at its lower end.
 *
 * @returns the failure, or `undefined` when the gate holds or cannot be told.
 * @throws {RangeError} when the expression cannot be read, or names what was not measured.
 */
export function judgeGate(expression: string, result: ScalingResult): GateFailure | undefined {
  const { quantity, kernel, workers, sign, bound } = readGate(expression);
  const levels = result.levels.filter((level) => level.kernel === kernel && !level.oversubscribed);
  const level = workers === undefined ? levels.at(-1) : levels.find((candidate) => candidate.workers === workers);
  const interval = {
    speedup: level?.speedUp,
    efficiency: level?.efficiency,
    machine: level?.machineEfficiency,
    pooltax: result.results.find((candidate) => candidate.kernel === kernel)?.poolTax,
  }[quantity];
  if (interval === undefined) throw new RangeError(`Cannot judge gate "${expression}": it was not measured`);
  const failed = sign === "<" ? interval.high < bound : interval.low > bound;
  if (!failed) return undefined;
  const numbers = [interval.low, interval.high].map((value) => value.toPrecision(3)).join("…");
  return { expression, text: `${expression}: it is ${interval.value.toPrecision(3)} (${numbers})` };
}

import { readFileSync } from "node:fs";
import { setTimeout as idle } from "node:timers/promises";
import { describeEnvironment } from "../../base/environment.ts";
import type { Examination } from "../../base/examination.ts";
import { detectUsableCpus } from "../../base/usable-cpus.ts";
import { readLostCpuTime } from "./lost-cpu-time.ts";
import { monotonicNs } from "./monotonic-clock.ts";
import { readThreadTimes } from "./thread-times.ts";

/** How long one piece of work takes, in nanoseconds. */
const pieceNs = 10e6;

/**
 * Describes the machine, and measures its noise by repeating a fixed piece of work.
 *
 * @param options.durationMs Default: 5000.
 */
export async function examineMachine(
  options: { durationMs?: number; signal?: AbortSignal } = {},
): Promise<Examination> {
  const { durationMs = 5000, signal } = options;
  const steps = computeSteps(1000);
  const begin = monotonicNs();
  computeSteps(steps);
  const rate = steps / Math.max(1, monotonicNs() - begin);
  const spans: number[] = [];
  const before = { machine: readLostCpuTime(), thread: readThreadTimes(), ns: monotonicNs() };
  while (monotonicNs() - before.ns < durationMs * 1e6 && !signal?.aborted) {
    const start = monotonicNs();
    computeSteps(Math.ceil(rate * pieceNs));
    spans.push(monotonicNs() - start);
    await idle(1);
  }
  const elapsed = monotonicNs() - before.ns;
  const after = { machine: readLostCpuTime(), thread: readThreadTimes() };
  const cpus = detectUsableCpus();
  const pressure = pressureShare();
  return {
    environment: describeEnvironment(cpus),
    timer: timerSteps(),
    noise: variation(spans),
    ...(before.thread && after.thread ? { waiting: (after.thread.waitNs - before.thread.waitNs) / elapsed } : {}),
    steal: (after.machine.stealNs - before.machine.stealNs) / (elapsed * Math.max(1, cpus.affinity.length)),
    ...(pressure === undefined ? {} : { pressure }),
    threadsPerCore: cpus.cores === undefined ? 1 : cpus.affinity.length / cpus.cores,
  };
}

/** Does so many steps of arithmetic. The result depends on all of them, so that V8 does not remove the loop. */
function computeSteps(steps: number): number {
  let word = 1;
  for (let step = 0; step < steps; step++) word = Math.imul(word, 1_664_525) + 1_013_904_223;
  return word === 0 ? steps + 1 : steps;
}

/** How far the clock advances between two readings that differ. */
function timerSteps(): { minNs: number; medianNs: number } {
  const steps: number[] = [];
  for (let last = process.hrtime.bigint(); steps.length < 10_000; ) {
    const next = process.hrtime.bigint();
    if (next > last) steps.push(Number(next - last));
    last = next;
  }
  steps.sort((a, b) => a - b);
  return { minNs: steps[0] as number, medianNs: steps[steps.length >> 1] as number };
}

/** The coefficient of variation. */
function variation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) / mean;
}

function pressureShare(): number | undefined {
  try {
    return Number(/some avg10=([\d.]+)/.exec(readFileSync("/proc/pressure/cpu", "utf8"))?.[1]) / 100;
  } catch {
    return undefined;
  }
}

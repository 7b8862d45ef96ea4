import { spawn } from "node:child_process";
import { once } from "node:events";
import { BenchError, exitCodes } from "../../base/bench-error.ts";
import type { Ratio } from "../../base/interval.ts";
import { seededRandom, shuffled } from "../../base/random.ts";
import { pairedRatio } from "../../model/ratio.ts";
import { monotonicNs } from "./monotonic-clock.ts";

/** Two commands that were timed in the same rounds. */
export interface CommandComparison {
  /** Time of the second over that of the first. */
  readonly ratio: Ratio;
  /**
   * The noise of the machine: the first command's second run over its first run, as the farthest end of the interval
   * from 1. A share: 0.02 is 2 %.
   */
  readonly noise: number;
}

/**
 * Times two command lines in the same rounds. A round runs the first command twice and the second one once, in random
 * order.
 *
 * @param options.rounds at least 6: with fewer there is no 95 % interval. Default: 15.
 * @param options.signal ends the measurement after the current command; complete rounds count.
 * @throws {BenchError} when a command fails.
 */
export async function measureCommands(
  first: string,
  second: string,
  options: { rounds?: number; seed?: number; signal?: AbortSignal } = {},
): Promise<CommandComparison> {
  const { rounds = 15, seed = Math.floor(Math.random() * 2 ** 31), signal } = options;
  const random = seededRandom(seed);
  const runs = { first, again: first, second };
  const names = Object.keys(runs) as (keyof typeof runs)[];
  const spans: Record<keyof typeof runs, number>[] = [];
  // An unmeasured run of each: only the first run finds the disk's and the system's caches cold.
  for (const line of [first, second]) await timeCommand(line, signal);
  for (let round = 0; round < rounds && !signal?.aborted; round++) {
    const span = { first: 0, again: 0, second: 0 };
    for (const name of shuffled(names, random)) span[name] = await timeCommand(runs[name], signal);
    if (signal?.aborted) break;
    spans.push(span);
  }
  const series = (name: keyof typeof runs) => spans.map((span) => span[name]);
  const own = pairedRatio(series("again"), series("first"));
  return {
    ratio: pairedRatio(series("second"), series("first")),
    noise: Math.max(Math.abs(own.low - 1), Math.abs(own.high - 1)),
  };
}

/**
 * Runs a command line in the shell and discards its output. After `unwanted` has aborted, a failure does not throw:
 * the same Ctrl-C ended the command.
 */
async function timeCommand(line: string, unwanted: AbortSignal | undefined): Promise<number> {
  const begin = monotonicNs();
  const child = spawn(line, { shell: true, stdio: "ignore" });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  const spanNs = monotonicNs() - begin;
  if (code === 0 || unwanted?.aborted) return spanNs;
  throw new BenchError(`Cannot compare: "${line}" ended with ${signal ?? `exit code ${code}`}`, exitCodes.usage);
}

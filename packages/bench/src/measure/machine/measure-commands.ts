import { spawn } from "node:child_process";
import { once } from "node:events";
import { BenchError, exitCodes } from "../../base/bench-error.ts";
import type { Ratio } from "../../base/interval.ts";
import { seededRandom, shuffled } from "../../base/random.ts";
import { pairedRatio } from "../../model/ratio.ts";
import { now } from "./shared-clock.ts";

/** Two commands timed side by side. */
export interface CommandComparison {
  /** Time of the second over that of the first. */
  readonly ratio: Ratio;
  /** How far the first is from itself: the farthest end of the interval of its own second run over its own first, as a share. */
  readonly noise: number;
}

/**
 * Times two command lines in the same rounds: the first one twice, the second one once, in a random order.
 *
 * @param options.rounds at least 6, below which there is no interval. Default: 15.
 * @param options.signal ends it after the command in hand; what was measured until then counts.
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
  // Caches of the disk and of the system are cold only once.
  for (const line of [first, second]) await timeOf(line, signal);
  for (let round = 0; round < rounds && !signal?.aborted; round++) {
    const span = { first: 0, again: 0, second: 0 };
    for (const name of shuffled(names, random)) span[name] = await timeOf(runs[name], signal);
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

/** Runs a command line in the shell, its output thrown away. One that fails once it is no longer wanted was ended by the same Ctrl-C. */
async function timeOf(line: string, unwanted: AbortSignal | undefined): Promise<number> {
  const begin = now();
  const child = spawn(line, { shell: true, stdio: "ignore" });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  const spanNs = now() - begin;
  if (code === 0 || unwanted?.aborted) return spanNs;
  throw new BenchError(`Cannot compare: "${line}" ended with ${signal ?? `exit code ${code}`}`, exitCodes.usage);
}

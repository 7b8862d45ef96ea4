import { spawn } from "node:child_process";
import { once } from "node:events";
import { BenchError, exitCodes } from "../../base/bench-error.ts";
import type { Ratio } from "../../base/interval.ts";
import { seededRandom, shuffled } from "../../base/random.ts";
import { halfWidth, pairedRatio } from "../../model/statistic/ratio.ts";
import { monotonicNs } from "./monotonic-clock.ts";

/** Two commands that were timed in the same rounds. */
export interface CommandComparison {
  /** Time of the second over that of the first. */
  readonly ratio: Ratio;
  /** Time of the first command's second run over its first run: the same program compared with itself. */
  readonly itself: Ratio;
}

/** Rounds after which the width of the interval is checked. They are few, as for kernels. */
const checkpoints = new Set([6, 9, 12, 15, 20, 25, 30, 42, 60, 90, 130]);

/**
 * Times two command lines in the same rounds. A round runs the first command twice and the second one once, in random
 * order. Rounds end when the interval is narrow enough, at the latest after `rounds` or the time limit.
 *
 * @param options.rounds most rounds, at least 6: with fewer there is no 95 % interval. Default: 60.
 * @param options.warmUps unmeasured runs of each command. Default: 1.
 * @param options.targetError half-width of the interval at which rounds end, as a share. Default: 0.01.
 * @param options.maxTimeMs time after which no further round starts, once there are six. Default: 60 000.
 * @param options.signal ends the measurement after the current command; complete rounds count.
 * @throws {BenchError} when a command fails.
 */
export async function measureCommands(
  first: string,
  second: string,
  options: {
    rounds?: number;
    warmUps?: number;
    targetError?: number;
    maxTimeMs?: number;
    seed?: number;
    signal?: AbortSignal;
  } = {},
): Promise<CommandComparison> {
  const { rounds = 60, warmUps = 1, targetError = 0.01, maxTimeMs = 60_000, signal } = options;
  const { seed = Math.floor(Math.random() * 2 ** 31) } = options;
  const random = seededRandom(seed);
  const runs = { first, again: first, second };
  const names = Object.keys(runs) as (keyof typeof runs)[];
  const spans: Record<keyof typeof runs, number>[] = [];
  const series = (name: keyof typeof runs) => spans.map((span) => span[name]);
  const change = () => pairedRatio(series("second"), series("first"));
  // Unmeasured: only the first run finds the disk's and the system's caches cold.
  for (let run = 0; run < warmUps; run++) for (const line of [first, second]) await timeCommand(line, signal);
  const begin = monotonicNs();
  while (spans.length < rounds && !signal?.aborted) {
    if (spans.length >= 6 && monotonicNs() - begin >= maxTimeMs * 1e6) break;
    if (checkpoints.has(spans.length) && halfWidth(change()) <= targetError) break;
    const span = { first: 0, again: 0, second: 0 };
    for (const name of shuffled(names, random)) span[name] = await timeCommand(runs[name], signal);
    if (signal?.aborted) break;
    spans.push(span);
  }
  return { ratio: change(), itself: pairedRatio(series("again"), series("first")) };
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

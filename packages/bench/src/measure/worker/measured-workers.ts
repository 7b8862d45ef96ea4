import type { Kernel, Size } from "../../kernel/kernel.ts";
import type { WarmUp } from "../machine/warm-up-run.ts";
import type { Portion } from "./work.ts";

/** What one worker tells after its share of a cell. Stamps are of the machine-wide monotonic clock, in nanoseconds. */
export interface WorkerReport extends Portion {
  readonly startNs: number;
  readonly endNs: number;
  /** Absent where the system does not tell. */
  readonly cpuNs?: number;
  readonly waitNs?: number;
  /** Time that the isolate stood still for the garbage collector; absent for what has none. */
  readonly gcNs?: number;
}

/** What a crew is to be. */
export interface CrewPlan {
  readonly kernel: Kernel;
  readonly size: Size;
  readonly workers: number;
  /** Shortest warm-up of each isolate, in nanoseconds. */
  readonly warmUpNs: number;
  /** CPUs that the workers are pinned to, one each, from the first again when there are more workers; the soloist is on the first. */
  readonly pinned?: readonly number[];
  /** Ends it while it gets ready. */
  readonly signal?: AbortSignal | undefined;
}

/** The CPU of a member by its seat, the soloist's being 0; `undefined` when the scheduler is free. */
export function cpuOfSeat({ pinned = [] }: CrewPlan, seat: number): number | undefined {
  return pinned[Math.max(0, seat - 1) % pinned.length];
}

/** One cell's run as the caller saw it. */
export interface CrewRun {
  readonly callNs: number;
  readonly returnNs: number;
  readonly reports: readonly WorkerReport[];
}

/**
 * Workers that stay alive and warm from cell to cell, so that a cell holds no start-up and no compiling.
 *
 * Chunks are handed out one by one to whoever is free. One run at a time.
 */
export interface Crew {
  /** How each isolate got warm, the soloist's first. */
  readonly warmUps: readonly WarmUp[];
  /**
   * Does `copies` copies of the job with the first `workers` of the crew; the others sleep.
   *
   * @param traced whether reports tell when each chunk ended.
   * @throws {BenchError} when a worker died.
   */
  run(workers: number, copies: number, traced?: boolean): Promise<CrewRun>;
  /**
   * Does the same copies in a plain loop in a thread of its own: what a user has who does not share the work. The span
   * is the loop alone, without the way there and back.
   *
   * @throws {BenchError} when that thread died.
   */
  runAlone(copies: number): Promise<CrewRun>;
  /** Collects the garbage of every isolate. */
  collect(): Promise<void>;
  /** The processes in which the workers are. */
  readonly processes: readonly number[];
  /** Ends the workers and waits for them. */
  close(): Promise<void>;
  /** Ends them whatever they are doing; what waits for them is rejected. May be called again. */
  abandon(): Promise<void>;
}

/**
 * Lets a crew get ready. Ends it when that fails, or when it is no longer wanted: a warm-up may take seconds.
 *
 * @throws what a step throws, or the signal's reason.
 */
export async function getReady<C extends Pick<Crew, "abandon">>(
  crew: C,
  signal: AbortSignal | undefined,
  ...steps: readonly ((crew: C) => Promise<void>)[]
): Promise<C> {
  const stop = () => void crew.abandon();
  signal?.addEventListener("abort", stop);
  try {
    for (const step of steps) {
      await step(crew);
      signal?.throwIfAborted();
    }
    return crew;
  } catch (error) {
    await crew.abandon();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

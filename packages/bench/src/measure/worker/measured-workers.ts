import { BenchError, exitCodes } from "../../base/bench-error.ts";
import type { Kernel, Size } from "../../kernel/kernel.ts";
import type { WarmUpRun } from "../machine/warm-up-run.ts";
import type { Portion } from "./work.ts";

/** One worker's results and times in a cell. Times are nanoseconds of the machine-wide monotonic clock. */
export interface WorkerReport extends Portion {
  readonly startNs: number;
  readonly endNs: number;
  /** Absent where the system does not report CPU times. */
  readonly cpuNs?: number;
  readonly waitNs?: number;
  /** Time that the isolate paused for the garbage collector; absent for native threads. */
  readonly gcNs?: number;
}

/** Which workers to start, and on which CPUs. */
export interface WorkersPlan {
  readonly kernel: Kernel;
  readonly size: Size;
  readonly workers: number;
  /** Shortest warm-up of each isolate, in nanoseconds. */
  readonly warmUpNs: number;
  /**
   * CPUs that the workers are pinned to, one each. With more workers than CPUs the list is used again from its start.
   * The serial worker shares the first CPU.
   */
  readonly pinned?: readonly number[];
  /** Terminates the workers while they start and warm up. */
  readonly signal?: AbortSignal | undefined;
}

/** The CPU of the worker in a slot; slot 0 is the serial worker. `undefined` when workers are not pinned. */
export function cpuOfSlot({ pinned = [] }: WorkersPlan, slot: number): number | undefined {
  return pinned[Math.max(0, slot - 1) % pinned.length];
}

/** One run of a cell as the caller saw it. */
export interface CellRun {
  readonly callNs: number;
  readonly returnNs: number;
  readonly reports: readonly WorkerReport[];
}

/** The time from the call until all results are back in the caller. */
export function spanNsOf(run: CellRun): number {
  return run.returnNs - run.callNs;
}

/**
 * Workers that stay alive and warm from cell to cell, so that no cell contains start-up or compilation.
 *
 * A worker takes the next chunk when it has finished one. Runs do not overlap.
 */
export interface MeasuredWorkers {
  /** The warm-up of each isolate, the serial worker's first. */
  readonly warmUps: readonly WarmUpRun[];
  /**
   * Does `copies` copies of the job on the first `workers` workers; the others sleep.
   *
   * @param traced whether reports contain when each chunk ended.
   * @throws {BenchError} when a worker exited.
   */
  run(workers: number, copies: number, traced?: boolean): Promise<CellRun>;
  /**
   * Does the same copies in a plain loop on the serial worker, as a program without a pool does. The span is the loop
   * alone, without the messages to the worker and back.
   *
   * @throws {BenchError} when that worker exited.
   */
  runAlone(copies: number): Promise<CellRun>;
  /** Collects the garbage of every isolate. */
  collect(): Promise<void>;
  /** Ids of the processes that the workers run in. */
  readonly processes: readonly number[];
  /** Ends the workers and waits for them. */
  close(): Promise<void>;
  /** Ends the workers without waiting for their work; pending runs reject. Idempotent. */
  terminate(): Promise<void>;
}

/**
 * Runs the set-up steps of workers or of a session, and terminates it when a step fails or `signal` aborts: a warm-up
 * may take seconds.
 *
 * @throws what a step throws, or the signal's reason.
 */
export async function terminateOnFailure<C extends Pick<MeasuredWorkers, "terminate">>(
  target: C,
  signal: AbortSignal | undefined,
  ...steps: readonly ((target: C) => Promise<void>)[]
): Promise<C> {
  const stop = () => void target.terminate();
  signal?.addEventListener("abort", stop);
  try {
    for (const step of steps) {
      await step(target);
      signal?.throwIfAborted();
    }
    return target;
  } catch (error) {
    await target.terminate();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/**
 * Rejects as soon as a worker has exited, with a `BenchError` that says how. Unhandled, it does not end the program.
 */
export function rejectOnExit(name: string, result: Promise<unknown>): Promise<never> {
  const fail = (why: string, cause?: unknown) =>
    Promise.reject(new BenchError(`Cannot measure: ${name} exited early: ${why}`, exitCodes.invalid, { cause }));
  const exited = result.then(
    () => fail("its work was not done"),
    (error: unknown) => fail(error instanceof Error ? error.message : String(error), error),
  );
  exited.catch(() => {});
  return exited;
}

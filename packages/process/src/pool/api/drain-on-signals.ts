import { timedOut, withDeadline } from "../../base/deadline.ts";
import { ProcessStateError } from "../../base/errors.ts";
import { checkOptionKeys } from "../../base/options.ts";
import { inspectThrown } from "../../base/thrown.ts";

/** The options of `drainOnSignals()`. */
export interface DrainOptions {
  /**
   * Longest time for `before` and the calls that are pending, in milliseconds, ≥ 0. After that the pool is terminated.
   * Default: 10 000.
   */
  readonly timeoutMs?: number;
  /**
   * Called first, and awaited. A server takes no more requests here and waits for those that it has: these may still
   * call the pool. Default: nothing.
   */
  readonly before?: (signal: NodeJS.Signals) => unknown;
}

/** The part of a pool that a drain uses. */
interface Drained {
  readonly name: string;
  close(): void;
  join(): Promise<unknown>;
  terminate(): void;
}

interface Registration extends Required<Pick<DrainOptions, "timeoutMs">> {
  readonly pool: Drained;
  readonly signals: ReadonlySet<NodeJS.Signals>;
  readonly before: DrainOptions["before"];
}

const registrations = new Set<Registration>();
let isDraining = false;

/**
 * Registers a pool that is drained when the program gets a signal. When all pools that are registered for the signal
 * are drained, the program exits: with 0, or with 1 if one of them was not drained in time.
 *
 * @returns a function that removes the registration.
 */
export function drainOnSignals(pool: Drained, signals: readonly NodeJS.Signals[], options: DrainOptions): () => void {
  checkDrain(pool.name, signals, options);
  const { timeoutMs = 10_000, before } = options;
  const registration: Registration = { pool, signals: new Set(signals), timeoutMs, before };
  registrations.add(registration);
  updateListeners(signals);
  return () => {
    registrations.delete(registration);
    updateListeners(signals);
  };
}

// One listener for each signal: the program must not exit before the last pool is drained.
function updateListeners(signals: readonly NodeJS.Signals[]): void {
  for (const signal of signals) {
    process.off(signal, drainAll);
    if ([...registrations].some((each) => each.signals.has(signal))) process.on(signal, drainAll);
  }
}

// Further signals change nothing: a parent such as npm may forward one that the whole process group got.
function drainAll(signal: NodeJS.Signals): void {
  if (isDraining) return;
  isDraining = true;
  const due = [...registrations].filter(({ signals }) => signals.has(signal));
  void Promise.all(due.map((each) => drain(each, signal))).then((drained) => {
    // Handlers of calls that were ended may still answer their requests.
    setImmediate(() => process.exit(drained.every(Boolean) ? (process.exitCode ?? 0) : 1));
  });
}

/** @returns whether all calls were finished. */
async function drain({ pool, timeoutMs, before }: Registration, signal: NodeJS.Signals): Promise<boolean> {
  try {
    if ((await withDeadline(finish(pool, before, signal), { timeoutMs })) !== timedOut) return true;
    process.emitWarning(`${pool.name} was not drained within ${timeoutMs} ms after ${signal}, and was terminated`);
  } catch (error) {
    process.emitWarning(`${pool.name} was not drained after ${signal}: "before" threw ${inspectThrown(error)}`);
  }
  pool.terminate();
  await pool.join();
  return false;
}

async function finish(pool: Drained, before: DrainOptions["before"], signal: NodeJS.Signals): Promise<void> {
  await before?.(signal);
  pool.close();
  await pool.join();
}

function checkDrain(name: string, signals: readonly NodeJS.Signals[], options: DrainOptions): void {
  const attempt = `Cannot drain ${name} on signals`;
  if (!process.getBuiltinModule("node:worker_threads").isMainThread) {
    throw new ProcessStateError(`${attempt}: a worker thread gets no signals, call it in the main thread`);
  }
  const { signals: known } = process.getBuiltinModule("node:os").constants;
  if (!Array.isArray(signals) || signals.length === 0) {
    throw new TypeError(`${attempt}: write a list of signals, as in ["SIGTERM", "SIGINT"]`);
  }
  for (const signal of signals) {
    if (signal === "SIGKILL" || signal === "SIGSTOP") {
      throw new RangeError(`${attempt}: no program can handle ${signal}, write SIGTERM, SIGINT or SIGHUP`);
    }
    if (typeof signal !== "string" || !(signal in known)) {
      throw new RangeError(`${attempt}: there is no signal ${String(signal)}, write SIGTERM, SIGINT or SIGHUP`);
    }
  }
  checkOptionKeys("drainOnSignals", options, ["timeoutMs", "before"]);
  const { timeoutMs, before } = options;
  if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs >= 0)) {
    throw new RangeError(`${attempt}: timeoutMs is ${String(timeoutMs)}, write milliseconds, ≥ 0`);
  }
  if (before !== undefined && typeof before !== "function") {
    throw new TypeError(`${attempt}: before is ${typeof before}, write a function that closes the server`);
  }
}

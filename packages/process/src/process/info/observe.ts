import { DeadlockError } from "../../base/errors.ts";
import { lazyRequire } from "../../base/lazy-require.ts";
import { observer, setObserver } from "../../base/observer.ts";
import type { Directions } from "../../channel/channel.ts";
import { systemThreadName, workerThreadName } from "../../memory/system-thread.ts";
import { countGateWaits } from "../../memory/wait/known-gates.ts";
import type { drawTrace } from "../../observe/draw-trace.ts";
import type { openTraceFolder } from "../../observe/record/trace-folder.ts";
import type { StartedObserver, startObserver } from "../../observe/start-observer.ts";
import type { TimeSums } from "../../observe/times/time-sums.ts";
import { pidNamespace } from "../../posix/calls/pid-namespace.ts";
import { onForkInChild } from "../../posix/fork/fork-hooks.ts";
import { programUrl } from "../../start/child/program-url.ts";
import type { Identity } from "./identity.ts";
import { ownTid } from "./proc.ts";
import { identity, setObserved } from "./process-identity.ts";

interface ObserveModule {
  readonly startObserver: typeof startObserver;
  readonly openTraceFolder: typeof openTraceFolder;
  readonly TimeSums: typeof TimeSums;
}

let started: StartedObserver | undefined;
let observe: ObserveModule | undefined;

/**
 * Starts to observe the main process, when its environment says so.
 *
 * `MANYHANDS_TRACE=FILE` records a trace of the program and all its processes, and draws it into the file at its end:
 * as a page when the file's name ends with `.html`, else in Chrome's trace event format.
 *
 * `MANYHANDS_DEADLOCK_MS=COUNT` ends waits for locks and children that cannot end, after so many milliseconds, with an
 * error.
 *
 * @throws {RangeError} when COUNT is not a whole number above 0; {ManyhandsError} when no trace can be recorded.
 */
export function observeProgram(): void {
  const { MANYHANDS_TRACE: file = "", MANYHANDS_DEADLOCK_MS: deadlock = "" } = process.env;
  if ((file === "" && deadlock === "") || observer !== undefined || identity().parent !== null) return;
  const deadlockMs = deadlock === "" ? undefined : readDeadlockMs(deadlock);
  if (file === "") {
    setObserved({ deadlockMs });
    start(identity());
    return;
  }
  // This program may change its working directory, and start programs in another one, which join the trace.
  const path = process.getBuiltinModule("node:path").resolve(file);
  process.env.MANYHANDS_TRACE = path;
  const { folder, program, isOwner } = loadObserve().openTraceFolder(path);
  setObserved({ trace: { folder, program }, deadlockMs });
  start(identity());
  if (!isOwner || !process.getBuiltinModule("node:worker_threads").isMainThread) return;
  const { pid } = process;
  process.on("exit", () => {
    if (process.pid === pid) draw(folder, path);
  });
}

/** Starts to observe this child, when its parent is observed. Call it when the child has its identity. */
export function observeChild(): void {
  const own = identity();
  if (own.observed === undefined) return;
  stop();
  start(own);
}

// A fork of an observed process is another process. The child of a Process adopts its identity after this.
onForkInChild(() => {
  if (observer === undefined) return;
  stop();
  start(identity(), `f${process.pid}`);
});

function start({ observed, parent, lineage, name, startMethod }: Identity, fork?: string): void {
  if (observed === undefined) return;
  const own = [observed.trace?.program ?? "0", ...lineage];
  const parentId = fork !== undefined ? own : parent === null ? null : own.slice(0, -1);
  started = loadObserve().startObserver({
    trace: observed.trace,
    deadlockMs: observed.deadlockMs,
    makeDeadlockError: (message, cycle) => new DeadlockError(message, cycle),
    thread: threadNames(),
    countGateWaits,
    id: [...own, ...(fork === undefined ? [] : [fork])].join("."),
    parent: parentId?.join(".") ?? null,
    name,
    startMethod: fork === undefined ? startMethod : "fork",
    isLazy: fork !== undefined,
  });
  setObserver(started.observer);
}

function threadNames(): string[] {
  const { threadId, isMainThread } = process.getBuiltinModule("node:worker_threads");
  const id = isMainThread ? process.pid : (ownTid() ?? 0);
  return [systemThreadName({ id, namespace: pidNamespace() }), workerThreadName(process.pid, threadId)];
}

function readDeadlockMs(text: string): number {
  const ms = Number(text);
  if (Number.isInteger(ms) && ms > 0) return ms;
  throw new RangeError(`Cannot read MANYHANDS_DEADLOCK_MS: it is "${text}", write a whole number of milliseconds`);
}

function stop(): void {
  setObserver(undefined);
  started?.abandon();
  started = undefined;
}

/** What is loaded only in a process that is observed or watched. */
export function loadObserve(): ObserveModule {
  observe ??= lazyRequire<ObserveModule>(programPath("observe"));
  return observe;
}

function draw(folder: string, file: string): void {
  try {
    lazyRequire<{ readonly drawTrace: typeof drawTrace }>(programPath("draw-trace")).drawTrace(folder, file);
  } catch (error) {
    process.stderr.write(`Cannot draw the trace ${file} of the events in ${folder}: ${(error as Error).message}\n`);
  }
}

function programPath(name: string): string {
  return process.getBuiltinModule("node:url").fileURLToPath(programUrl(name));
}

/** The names, for the observer, of the directions of the channel between a child and its parent. */
export function directionsOf(lineage: readonly number[], side: "child" | "parent"): Directions {
  const [down, up] = [`${lineage.join(".")} down`, `${lineage.join(".")} up`];
  return side === "child" ? { out: up, in: down } : { out: down, in: up };
}

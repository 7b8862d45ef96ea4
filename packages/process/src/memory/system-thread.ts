import { pidNamespace } from "../posix/calls/pid-namespace.ts";
import { type ProcStat, readProcStat } from "../posix/calls/proc-stat.ts";
import { memoryCalls } from "./memory-calls.ts";

/** A thread of the operating system. */
export interface SystemThread {
  /** Its id; that of the process for its first thread. */
  readonly id: number;
  /**
   * When it started, in ticks of the system, modulo 2³⁰; distinguishes it from a later thread with the same id. 0 when
   * the system does not say.
   */
  readonly start: number;
  /** The PID namespace in which `id` is its id, see `pidNamespace`; 0 when the system does not say. */
  readonly namespace: number;
}

// A thread has two names, one for each kind of segment: of another thread, code knows only one of its ids.

/** The name of a thread by its id in the system. */
export function systemThreadName({ id, namespace }: Pick<SystemThread, "id" | "namespace">): string {
  return `${namespace}:${id}`;
}

/** The name of a thread by its `worker_threads` id in its process. */
export function workerThreadName(pid: number, threadId: number): string {
  return `${pid}.${threadId}`;
}

let pid = process.pid;
let thread: SystemThread | undefined;
let main: SystemThread | undefined;

/** The calling thread. */
export function thisThread(): SystemThread {
  forgetParent();
  thread ??= findThread(memoryCalls().threadId());
  return thread;
}

/** This process, by its first thread. */
export function thisProcess(): SystemThread {
  forgetParent();
  main ??= findThread(process.pid);
  return main;
}

// In a forked process the remembered threads are those of the parent.
function forgetParent(): void {
  if (pid === process.pid) return;
  pid = process.pid;
  thread = undefined;
  main = undefined;
}

/**
 * Whether a thread still runs. A zombie does not. The answer is true when the system does not say, and for a thread of
 * another PID namespace: a lock that is taken from a running holder does more harm than one that is released late.
 */
export function isRunning({ id, start, namespace }: SystemThread): boolean {
  if (namespace !== pidNamespace()) return true;
  const found = readProcStat(id);
  if (found === "unknown") return true;
  if (found === "gone" || found.state === "Z" || found.state === "X") return false;
  return namespace === 0 || start === 0 || startOf(found) === start;
}

/**
 * Whether a thread has provably ended. Unlike {@link isRunning} it also rules out that two namespaces without a number
 * are different ones.
 */
export function hasEnded(thread: SystemThread): boolean {
  return thread.namespace !== 0 && !isRunning(thread);
}

/** How long a thread counts as running after its id was found in use, in ms. */
const runningMs = 20;
let foundRunning = new Map<number, { readonly start: number; until: number }>();

/**
 * As {@link isRunning}, for a waiter that asks after each wake-up whether the holder still runs: reading `/proc` takes
 * longer than the wake-up. A thread that was found running counts as running while its id is in use, up to 20 ms
 * longer, until {@link forgetRunning}. The id of a process that was killed is in use until its parent learns of the
 * exit.
 */
export function wasRunning(thread: SystemThread): boolean {
  const now = performance.now();
  const found = foundRunning.get(thread.id);
  if (found !== undefined && found.start === thread.start) {
    if (found.until <= now && isInUse(thread.id)) found.until = now + runningMs;
    if (found.until > now) return true;
  }
  if (!isRunning(thread)) return false;
  if (foundRunning.size >= 256) foundRunning = new Map();
  foundRunning.set(thread.id, { start: thread.start, until: now + runningMs });
  return true;
}

function isInUse(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Makes the next {@link wasRunning} look again. Call it when a process has exited, and when a wait took so long that
 * the holder may have been killed.
 */
export function forgetRunning(): void {
  foundRunning = new Map();
}

/** The thread that has this id now. */
export function findThread(id: number): SystemThread {
  const found = readProcStat(id);
  return { id, start: typeof found === "string" ? 0 : startOf(found), namespace: pidNamespace() };
}

function startOf({ startTicks }: ProcStat): number {
  return startTicks % 2 ** 30;
}

import { workerData } from "node:worker_threads";
import type { ParticipantTable } from "../../../src/memory/participant-table.ts";
import { ThreadSegment } from "../../../src/memory/thread-segment.ts";
import { runForkInChild } from "../../../src/posix/fork/fork-hooks.ts";
import { Control, eventLoop, Global, maxLog, Thread } from "./control.ts";
import { History } from "./history.ts";
import type { Program, ThreadContext } from "./program.ts";
import { Ended, Scheduler } from "./scheduler.ts";
import { replaceAtomics } from "./stepped-atomics.ts";
import { VirtualTime } from "./virtual-time.ts";

/** What a worker is started with. */
export interface WorkerData {
  readonly thread: number;
  readonly memory: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly versions: SharedArrayBuffer;
}

const nextLoopIteration = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Runs one thread of a program in this worker, once for each schedule, until the worker is terminated. */
export async function serve(program: Program): Promise<never> {
  const { thread, memory, control: controlMemory, versions } = workerData as WorkerData;
  const control = new Control(controlMemory);
  const history = new History(control, new Int32Array(versions));
  const scheduler = new Scheduler(control, history, thread, new Int32Array(memory));
  const time = new VirtualTime(() => {
    const now = control.get(Global.clock);
    history.learn(thread, now);
    return now;
  });
  const watches = new Map<number, (result: "ok") => void>();
  const report = (error: unknown) => {
    if (!(error instanceof Ended)) control.fail(`thread ${thread} threw ${(error as Error)?.stack ?? error}`);
  };
  const context: ThreadContext = {
    thread,
    segment: openSegment(memory, thread, (id) => {
      const isAlive = control.get(Global.killed) !== id;
      history.learn(thread, Number(isAlive));
      return isAlive;
    }),
    log(value) {
      if (scheduler.isEnding) throw new Ended();
      const at = control.at(thread, Thread.logLength);
      const length = control.threads[at] as number;
      if (length >= maxLog) throw new Error(`Cannot log: thread ${thread} logged ${maxLog} numbers, raise maxLog`);
      control.logs[thread * maxLog + length] = value;
      control.threads[at] = length + 1;
    },
  };

  // The virtual event loop. Microtasks run in the real one; timers and notified watches come from the schedule only.
  const settle = async (promise: Promise<void>) => {
    let isSettled = false;
    promise.catch(report).finally(() => {
      isSettled = true;
    });
    for (;;) {
      await nextLoopIteration();
      if (isSettled || scheduler.isEnding) return;
      const notified = scheduler.sleepers.takeNotified(thread);
      for (const place of notified) {
        watches.get(place)?.("ok");
        watches.delete(place);
      }
      if (notified.length === 0 && !time.runDue()) scheduler.sleep(eventLoop, time.untilNext);
    }
  };

  replaceAtomics(memory, scheduler, control, (place, resolve) => watches.set(place, resolve));
  time.install();
  process.on("unhandledRejection", report);
  // In a microtask of the code under test, each operation of a killed thread throws too.
  process.on("uncaughtException", report);
  for (;;) {
    scheduler.begin();
    try {
      // Also when the thread does not wait: what it scheduled runs before it ends.
      if (!scheduler.isEnding) await settle(Promise.resolve(program.threads[thread]?.(context)));
    } catch (error) {
      report(error);
    }
    // Module variables would carry waiters into the next schedule. The hooks that reset them in a forked child do it
    // here too.
    scheduler.end();
    runForkInChild();
    time.clear();
    watches.clear();
    await nextLoopIteration();
    scheduler.finish();
  }
}

// The real segment, with a table of threads that asks the scheduler which thread was killed.
function openSegment(memory: SharedArrayBuffer, thread: number, isAlive: (id: number) => boolean): ThreadSegment {
  const participants = { isAlive } as unknown as ParticipantTable;
  return new ThreadSegment(memory, { name: "", memory: new SharedArrayBuffer(8), participants, selfId: thread + 1 });
}

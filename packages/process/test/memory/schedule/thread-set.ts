import { Worker } from "node:worker_threads";
import { Control, type Decision, Global, maxLog, maxThreads, Thread } from "./control.ts";
import { History } from "./history.ts";
import { readJournal } from "./journal.ts";
import type { Outcome, Program } from "./program.ts";
import { Scheduler } from "./scheduler.ts";
import type { WorkerData } from "./worker.ts";

/**
 * A step at which a schedule differs from the default one: another thread continues, or the running thread is killed.
 */
export interface Deviation {
  readonly step: number;
  /** A thread; `kill`; or `timeOut` plus a thread. */
  readonly choice: number;
}

/** A schedule that was run. */
export interface Run {
  /** The decisions after the last deviation. */
  readonly decisions: Iterable<Decision>;
  /** What went wrong; `undefined` when nothing did. */
  readonly failure: string | undefined;
  /** How many sleeps ended by their timeout because no thread could run. */
  readonly timeouts: number;
}

/**
 * The longest real time that a schedule may take. It takes below a millisecond; more means that the scheduler is at
 * fault.
 */
const stuckMs = 10_000;

/** The workers that run a program's threads. They run one schedule after another. */
export class ThreadSet {
  readonly #program: Program;
  readonly #workers: Worker[];
  readonly #control = new Control();
  readonly #memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #versions: Int32Array;
  readonly #scheduler: Scheduler;

  /** @param code the bundle of the program, see `bundleProgram`. */
  constructor(program: Program, code: string) {
    const count = program.threads.length;
    if (count > maxThreads) throw new RangeError(`Cannot run ${count} threads: maxThreads is ${maxThreads}`);
    this.#program = program;
    this.#memory = new SharedArrayBuffer(Math.ceil(program.byteLength / 4) * 4);
    this.#words = new Int32Array(this.#memory);
    this.#versions = new Int32Array(new SharedArrayBuffer(this.#words.length * 16));
    const history = new History(this.#control, this.#versions);
    this.#scheduler = new Scheduler(this.#control, history, count, this.#words);
    this.#workers = program.threads.map((_, thread) => {
      const workerData: WorkerData = {
        thread,
        memory: this.#memory,
        control: this.#control.memory,
        versions: this.#versions.buffer as SharedArrayBuffer,
      };
      return new Worker(code, { eval: true, workerData });
    });
  }

  /**
   * Waits until all workers run.
   *
   * @throws the error of a worker that cannot start.
   */
  async ready(): Promise<void> {
    await Promise.all(
      this.#workers.map(
        (worker) => new Promise<void>((resolve, reject) => worker.once("online", resolve).once("error", reject)),
      ),
    );
  }

  /** Runs one schedule from the beginning, blocking this thread. */
  run(deviations: readonly Deviation[]): Run {
    const control = this.#control;
    this.#reset(deviations);
    this.#scheduler.start();
    if (!this.#scheduler.waitForEnd(stuckMs)) throw new Error(`The schedule is stuck:\n${this.journal()}`);
    const failed = control.get(Global.failureLength) > 0 ? control.failureText : undefined;
    return {
      decisions: this.#decisions(),
      failure: failed ?? this.#program.check(this.#outcome()),
      timeouts: control.get(Global.timeouts),
    };
  }

  /** The last operations of the schedule that ran last. */
  journal(): string {
    return readJournal(this.#control, (word) => this.#program.nameOf?.(word) ?? `word ${word}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #reset(deviations: readonly Deviation[]): void {
    const control = this.#control;
    this.#words.fill(0);
    this.#versions.fill(0);
    this.#program.prepare?.(this.#words);
    for (const area of [control.global, control.threads, control.watches]) area.fill(0);
    control.set(Global.threadCount, this.#workers.length);
    control.set(Global.longestNap, this.#program.longestNapMs ?? 0);
    control.set(Global.deviationCount, deviations.length);
    control.set(Global.traceFrom, (deviations.at(-1)?.step ?? -1) + 1);
    deviations.forEach(({ step, choice }, i) => {
      control.deviations.set([step, choice], i * 2);
    });
    for (let thread = 0; thread < this.#workers.length; thread++) this.#scheduler.history.learn(thread, thread + 1);
  }

  *#decisions(): Generator<Decision> {
    const end = this.#control.get(Global.step);
    for (let step = this.#control.get(Global.traceFrom); step < end; step++) yield this.#control.readTrace(step);
  }

  #outcome(): Outcome {
    const control = this.#control;
    const threads = this.#workers.map((_, thread) => thread);
    const killed = control.get(Global.killed) - 1;
    const asleep = control.get(Global.asleep);
    return {
      logs: threads.map((thread) => {
        const length = control.threads[control.at(thread, Thread.logLength)] as number;
        return [...control.logs.subarray(thread * maxLog, thread * maxLog + length)];
      }),
      killed: killed === -1 ? undefined : killed,
      asleep: threads.filter((thread) => (asleep & (1 << thread)) !== 0),
      memory: this.#memory,
    };
  }
}

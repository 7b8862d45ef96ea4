import type { Readable, Writable } from "node:stream";
import { checkWaitOptions, timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { ProcessStateError, TimeoutError } from "../../base/errors.ts";
import { inspected } from "../../base/inspected.ts";
import { type Pending, readiness, type Waitable } from "../../base/waitable.ts";
import type { Answer } from "../../callable/form/answer.ts";
import { checkTarget } from "../../callable/form/check-target.ts";
import { registerOwnClass } from "../../callable/form/own-class.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import { afterFork } from "../../posix/fork/fork-hooks.ts";
import { signalName } from "../../start/child/exit-code.ts";
import { startMethod } from "../../start/method/start-methods.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import type { ProcessInfo, ProcessState } from "../info/control-block.ts";
import { ownInfo } from "../info/own-info.ts";
import { identity, nextLineage, setAuthKey } from "../info/process-identity.ts";
import { Sentinel } from "../info/sentinel.ts";
import { Adoption, own } from "./adoption.ts";
import { childInfo } from "./child-info.ts";
import type { Life } from "./child-life.ts";
import { defaultStartMethod } from "./default-start-method.ts";
import { launch } from "./launch.ts";
import { checkName, checkProcessOptions, type OptionsFor, type ProcessOptions } from "./process-options.ts";
import { ProcessTable } from "./process-table.ts";

/** The children of this process. */
export const children = new ProcessTable<Process>();
afterFork(() => children.forget());

/** The parent's side of a child that was started, for what is built on processes; `null` before that. */
export let lifeOf: (child: Process) => Life | null;

/**
 * A function that runs in a child: a thread of its own, or a process of its own.
 *
 * Made in the parent, it runs when it is started, once. A subclass may override {@link run} instead of giving a target;
 * its own fields are copied to the child.
 *
 * @example
 * const child = new Process(countPrimes, { args: [1e6] }).start();
 * console.log(await child.result());
 *
 * Source: the API is that of Python's `multiprocessing.Process`.
 */
export class Process<F extends AnyFunction = AnyFunction> implements Waitable, AsyncDisposable {
  static {
    lifeOf = (child) => child.#life;
  }

  /** The start method of instances that name none; contexts bind it. */
  static readonly startMethod: StartMethodName | null = null;

  readonly #lineage: readonly number[];
  #name: string;
  #daemon: boolean;
  #startMethod: StartMethodName | null;
  /** What to run and how; let go of when it was started, so that the parent does not keep what only the child needs. */
  #plan: { readonly target: Target<F> | undefined; readonly options: ProcessOptions } | null;
  #life: Life | null = null;
  #adoption: Adoption | null = null;
  #closed = false;

  /**
   * @param target what the child runs: a function, `{ module, name }`, or the URL of a module. It may stand among the
   *   options instead. Default: nothing, the child ends at once.
   * @param options see {@link ProcessOptions}.
   * @throws {TypeError} when an option is unknown or not what it should be; {RangeError} for an unknown start method.
   */
  constructor(target: Target<F>, ...options: OptionsFor<F>);
  constructor(options?: ProcessOptions<Parameters<F>> & { readonly target?: Target<F> });
  constructor(first?: unknown, second?: ProcessOptions<Parameters<F>>) {
    if (first instanceof Adoption) {
      const { name, lineage, daemon, startMethod } = identity();
      this.#adoption = first;
      this.#plan = null;
      this.#name = name;
      this.#lineage = lineage;
      this.#daemon = daemon;
      this.#startMethod = startMethod;
      return;
    }
    const { target, ...options } = readArguments<F>(first, second);
    this.#startMethod = options.startMethod ?? (new.target as typeof Process).startMethod;
    if (this.#startMethod !== null) startMethod(this.#startMethod);
    this.#lineage = nextLineage();
    this.#name = options.name ?? `Process-${this.#lineage.join(":")}`;
    this.#daemon = options.daemon ?? identity().daemon;
    this.#plan = { target, options };
  }

  /** What the child does; calls the target. Called directly, it runs here, in the caller. */
  run(): unknown {
    if (this.#adoption !== null) return this.#adoption.job?.();
    const { target, options } = this.#plan ?? {};
    if (typeof target === "function") return target(...((options?.args ?? []) as Parameters<F>));
    return undefined;
  }

  /**
   * Starts the child. What it gets is copied now.
   *
   * @throws {ProcessStateError} when it was started before, by a process that did not create it, or by a daemon.
   * @throws {TargetError} when no child could run the target; {CloneError} when an argument cannot cross.
   */
  start(): this {
    this.#refuseClosed("start");
    if (this.#life !== null || this.#plan === null) {
      throw new ProcessStateError(
        `Cannot start ${this.#name}: it was started already, make a new Process for every start`,
      );
    }
    const method = startMethod(this.#startMethod ?? defaultStartMethod());
    const { target, options } = this.#plan;
    const subclass = this.run === plainRun ? null : this;
    const calledFrom = {};
    Error.captureStackTrace(calledFrom, this.start);
    this.#life = launch({
      method,
      name: this.#name,
      lineage: this.#lineage,
      daemon: this.#daemon,
      target,
      subclass,
      become: (job) => {
        this.#adoption = new Adoption(job);
        this.#startMethod = method.name;
        this.#plan = null;
        own.process = this;
        return this;
      },
      options,
      calledFrom,
    });
    this.#startMethod = method.name;
    this.#plan = null;
    children.add({ process: this, life: this.#life });
    return this;
  }

  /**
   * Waits for the end of the child, and takes notice of it: a zombie is one no longer.
   *
   * @returns the exit code; `null` when time ran out.
   * @throws {ProcessStateError} before `start()`, after `close()`, or on the process itself.
   */
  async join(options: WaitOptions = {}): Promise<number | null> {
    checkWaitOptions(options);
    const life = this.#born("join");
    const release = life.hold();
    try {
      const code = await withDeadline(life.ended, options);
      if (code === timedOut) return null;
      children.reap(life);
      return code;
    } finally {
      release();
    }
  }

  /**
   * Waits for what the target returns; of a generator function, for the list of all that it yields. The child may go on after
   * that, and is reaped when it ends.
   *
   * @throws what the target threw, whole: class, fields, cause, the child's stack and the line that started it.
   * @throws {WorkerDiedError} when the child ended without an answer; {TimeoutError} when time ran out.
   */
  async result(options: WaitOptions = {}): Promise<Answer<ReturnType<F>>> {
    checkWaitOptions(options);
    const life = this.#born("wait for the result of");
    const release = life.hold();
    try {
      const value = await withDeadline(life.result(), options);
      if (value !== timedOut) return value as Answer<ReturnType<F>>;
    } finally {
      release();
      // Who has learnt the answer need not be told of the end as well.
      if (life.isAnswered) void life.ended.then(() => children.reap(life));
    }
    throw new TimeoutError(
      `No result of ${this.#name} within ${options.timeoutMs} ms: the child runs on; wait longer, or terminate() it`,
    );
  }

  /** Ends the child with SIGTERM: neither `finally` nor exit handlers run. After its end, nothing happens. Its children live on. */
  terminate(): void {
    const life = this.#born("terminate");
    if (life.exitCode === null) life.child.terminate();
  }

  /**
   * Ends the child at once, or sends another signal. A thread gets no signals: it ends, and reads as ended by that one.
   *
   * @param signal its name or number. Default: `"SIGKILL"`.
   * @throws {TypeError} when there is no such signal, or a thread is to be stopped or continued.
   */
  kill(signal: NodeJS.Signals | number = "SIGKILL"): void {
    const life = this.#born("kill");
    const name = signalName(signal);
    if (life.exitCode === null) life.child.kill(name);
  }

  /** Interrupts the child as Ctrl-C would: its target fails with InterruptError, unless it listens for `SIGINT` itself. */
  interrupt(): void {
    const life = this.#born("interrupt");
    if (life.exitCode === null) life.interrupt();
  }

  /**
   * Lets go of all that belongs to a child that has ended; nothing but its name can be asked after that. Twice is fine.
   *
   * @throws {ProcessStateError} while the child runs.
   */
  close(): void {
    if (this.#closed) return;
    if (this.#life !== null && this.#life.exitCode === null) {
      throw new ProcessStateError(`Cannot close ${this.#name}: it still runs, join() or terminate() it first`);
    }
    if (this.#life !== null) children.reap(this.#life);
    this.#closed = true;
    this.#life = null;
    this.#plan = null;
  }

  /** The name, for people; need not be unique. */
  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    checkName(name);
    this.#name = name;
  }

  /** Whether it is ended, rather than waited for, when its parent ends. Settled when it is started. */
  get daemon(): boolean {
    return this.#daemon;
  }

  set daemon(daemon: boolean) {
    if (this.#plan === null)
      throw new ProcessStateError(`Cannot change whether ${this.#name} is a daemon: it was started already`);
    this.#daemon = Boolean(daemon);
  }

  /** The operating system's id of the process that the child runs in; a thread has that of its program. `null` before `start()`. */
  get pid(): number | null {
    this.#refuseClosed("read the pid of");
    return this.#adoption !== null ? process.pid : (this.#life?.child.pid ?? null);
  }

  /** What tells this child from its siblings: the pid of a process, the thread id of a thread. `null` before `start()`. */
  get ident(): number | null {
    this.#refuseClosed("read the ident of");
    if (this.#adoption !== null) return this.#startMethod === "thread" ? ownThreadId() : process.pid;
    return this.#life === null ? null : this.#life.child.threadId || this.#life.child.pid;
  }

  /** The pid of the process that created it. */
  get parentPid(): number | null {
    return this.#adoption !== null ? (identity().parent?.pid ?? null) : process.pid;
  }

  /** `0`, `1` for an uncaught error, `n` from `process.exit(n)`, `-s` when signal `s` ended it; `null` until it has ended. */
  get exitCode(): number | null {
    this.#refuseClosed("read the exit code of");
    return this.#life?.exitCode ?? null;
  }

  /** Whether it was started and has not ended. A process is alive to itself. */
  get isAlive(): boolean {
    this.#refuseClosed("ask whether alive of");
    return this.#adoption !== null || (this.#life !== null && this.#life.exitCode === null);
  }

  /** A thing to `wait()` for that becomes ready when the child ends. */
  get sentinel(): Sentinel {
    const life = this.#born("read the sentinel of");
    return new Sentinel(
      () => life.exitCode !== null,
      () => ({ ready: life.ended.then(() => undefined), release: life.hold() }),
    );
  }

  /** How it is born: `"thread"`, `"spawn"`, `"forkserver"` or `"fork"`; `null` for the main process. */
  get startMethod(): StartMethodName | null {
    return this.#adoption !== null ? this.#startMethod : (this.#startMethod ?? defaultStartMethod());
  }

  /** Where it is in its life; see {@link ProcessState}. */
  get state(): ProcessState {
    if (this.#adoption !== null) return "running";
    return this.#closed ? "terminated" : (this.#life?.state ?? "new");
  }

  /** The key by which programs of one family know each other; a child inherits its parent's. */
  get authKey(): Buffer {
    return Buffer.from(identity().authKey);
  }

  set authKey(key: Uint8Array) {
    setAuthKey(new Uint8Array(key));
  }

  /** What the child reads, when `stdin` is `"pipe"`. */
  get stdin(): Writable | null {
    return this.#life?.child.stdin ?? null;
  }

  /** What the child writes, when `stdout` is `"pipe"`. */
  get stdout(): Readable | null {
    return this.#life?.child.stdout ?? null;
  }

  /** What the child writes to its stderr, when `stderr` is `"pipe"`. */
  get stderr(): Readable | null {
    return this.#life?.child.stderr ?? null;
  }

  /** The control block: ids, state, processor time, memory, limits, start. */
  async info(): Promise<ProcessInfo> {
    if (this.#adoption !== null) return ownInfo();
    this.#refuseClosed("read the control block of");
    return childInfo(this, this.#life);
  }

  /** Terminates the child, then waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#life === null) return;
    this.terminate();
    await this.join();
  }

  [readiness](): Pending | null {
    return this.sentinel[readiness]();
  }

  toString(): string {
    const { exitCode = null } = this.#life ?? {};
    const pid = this.#life === null ? "" : `, pid ${this.#life.child.pid}`;
    return `${this.constructor.name} { ${this.#name}${pid}, ${this.state}${exitCode === null ? "" : `, exit code ${exitCode}`}${this.#daemon ? ", daemon" : ""} }`;
  }

  [inspected](): string {
    return this.toString();
  }

  #born(verb: string): Life {
    this.#refuseClosed(verb);
    if (this.#adoption !== null) throw new ProcessStateError(`Cannot ${verb} ${this.#name}: it is this very process`);
    if (this.#life === null)
      throw new ProcessStateError(`Cannot ${verb} ${this.#name}: it was not started, call start() first`);
    return this.#life;
  }

  #refuseClosed(verb: string): void {
    if (this.#closed) throw new ProcessStateError(`Cannot ${verb} ${this.#name}: it was closed`);
  }
}

// What a class that overrides it has in another's place. Named out here, since a class that names itself inside is renamed when
// it is bundled, and people see the name.
const plainRun = Process.prototype.run;

registerOwnClass("Process", Process);

function readArguments<F extends AnyFunction>(
  first: unknown,
  second: ProcessOptions | undefined,
): ProcessOptions & { target?: Target<F> } {
  const isTarget = typeof first !== "object" || first === null || first instanceof URL || "module" in first;
  const options = (isTarget ? (second === undefined ? {} : second) : first) as ProcessOptions & { target?: Target<F> };
  const target = isTarget ? (first as Target<F> | undefined) : options.target;
  checkProcessOptions(options, isTarget ? [] : ["target"]);
  if (target === undefined) return options;
  checkTarget(target);
  return { ...options, target };
}

function ownThreadId(): number {
  return process.getBuiltinModule("node:worker_threads").threadId;
}

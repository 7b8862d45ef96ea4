import type { Readable, Writable } from "node:stream";
import { checkWaitOptions, timedOut, type WaitOptions } from "../../base/deadline.ts";
import { ProcessStateError, TimeoutError } from "../../base/errors.ts";
import { inspected } from "../../base/inspected.ts";
import { expectRejection, type PendingCall } from "../../base/pending-call.ts";
import { captureCallSite } from "../../base/stack.ts";
import { type Pending, readiness, type Waitable } from "../../base/waitable.ts";
import type { Answer } from "../../callable/form/answer.ts";
import { registerPackageClass } from "../../callable/form/package-class.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import { onForkInChild } from "../../posix/fork/fork-hooks.ts";
import { signalName } from "../../start/child/signal-number.ts";
import { startMethod } from "../../start/method/start-methods.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import type { ProcessInfo, ProcessState } from "../info/control-block.ts";
import { getLogger } from "../info/logger.ts";
import { identity, nextLineage, setAuthKey } from "../info/process-identity.ts";
import type { Sentinel } from "../info/sentinel.ts";
import { awaitChild } from "./await-child.ts";
import { launch } from "./launch.ts";
import {
  type ArgsAreMissing,
  checkName,
  type NeedsArgs,
  type OptionsFor,
  type ProcessOptions,
  readProcessArguments,
} from "./process-options.ts";
import { ChildRole, CurrentRole, closedError, describeProcess, type ProcessRole, startable } from "./process-role.ts";
import { ProcessTable } from "./process-table.ts";
import type { StartedChild } from "./started-child.ts";

/** The children of this process. */
export const children = new ProcessTable<Process>();
onForkInChild(() => children.clear());

/** The Process of the process that runs this code; `null` until it is made. */
export const current: { process: Process | null } = { process: null };

/** Starts a Process that serves this one, see `Identity.servesParent`. */
export let startService: (service: Process) => StartedChild;

/**
 * A function that runs in a child: a thread of its own, or a process of its own.
 *
 * It is made in the parent, and runs once, when it is started. A subclass may override {@link run} instead of giving a
 * target; its own fields are copied to the child.
 *
 * Source: the API is that of Python's `multiprocessing.Process`.
 *
 * @example
 * const child = new Process(countPrimes, { args: [1e6] }).start();
 * console.log(await child.result());
 */
export class Process<F extends AnyFunction = AnyFunction> implements Waitable, AsyncDisposable {
  static {
    startService = (service) => service.#start(startService, true);
  }

  /** The start method of instances that name none; contexts bind it. */
  static readonly startMethod: StartMethodName | null = null;

  readonly #lineage: readonly number[];
  #name: string;
  #daemon: boolean;
  #role: ProcessRole;
  #isScopeOver = false;

  /**
   * @param target what the child runs: a function, `{ module, name }`, or the URL of a module. It may be an option
   *   instead. Default: nothing, the child ends at once.
   * @param options see {@link ProcessOptions}.
   * @throws {TypeError} when an option is unknown or has a wrong type; {RangeError} for an unknown start method.
   */
  constructor(target: Target<F>, ...options: OptionsFor<F>);
  constructor(options?: ProcessOptions<Parameters<F>> & { readonly target?: Target<F> });
  /** Never accepted: makes the compiler say that `args` are missing. */
  constructor(target: Target<F> & ArgsAreMissing, ...none: NeedsArgs<F>);
  constructor(first?: unknown, second?: ProcessOptions<Parameters<F>>) {
    // Only this package passes a role: it makes the Process of the process that it runs in.
    if (first instanceof CurrentRole) {
      const { name, lineage, daemon } = identity();
      this.#name = name;
      this.#lineage = lineage;
      this.#daemon = daemon;
      this.#role = first;
      return;
    }
    const { target, ...options } = readProcessArguments<F>(first, second);
    const method = options.startMethod ?? (new.target as typeof Process).startMethod;
    if (method !== null) startMethod(method);
    this.#lineage = nextLineage();
    this.#name = options.name ?? `Process-${this.#lineage.join(":")}`;
    this.#daemon = options.daemon ?? identity().daemon;
    this.#role = new ChildRole({ target, options }, method, { lineage: this.#lineage, name: this.#name });
  }

  /** The child's work: calls the target. A direct call runs it here, in the caller. */
  run(): unknown {
    return this.#role.run();
  }

  /**
   * Starts the child. Target and arguments are copied now.
   *
   * @throws {ProcessStateError} when it was started already, by a process that did not create it, or by a daemon.
   * @throws {TargetError} when no child could run the target; {CloneError} when an argument cannot be sent.
   */
  start(): this {
    this.#start(this.start, false);
    return this;
  }

  #start(calledAs: AnyFunction, servesParent: boolean): StartedChild {
    this.#refuseClosed("start");
    const role = startable(this.#role, this.#name);
    const startedFrom = captureCallSite(calledAs);
    const child = role.begin((work) =>
      launch({
        ...work,
        method: startMethod(role.startMethod),
        name: this.#name,
        lineage: this.#lineage,
        daemon: this.#daemon,
        servesParent,
        subclass: this.run === plainRun ? null : this,
        becomeCurrent: (job) => {
          this.#role = new CurrentRole(job);
          current.process = this;
          return this;
        },
        startedFrom,
      }),
    );
    children.add({ process: this, child });
    getLogger().debug("started %s by %s", this, role.startMethod);
    return child;
  }

  /**
   * Reports that this process is ready, to a supervisor that waits for it: `currentProcess().ready()` in the child.
   * Without effect when the parent does not wait, and in the main process.
   * @throws {ProcessStateError} in the parent.
   */
  ready(): void {
    this.#role.reportReady(this.#name);
  }

  /**
   * Waits for the child's end, and reaps it: a zombie becomes `terminated`.
   *
   * @returns the exit code; `null` when time ran out.
   * @throws {ProcessStateError} before `start()`, after `close()`, and for the current process.
   */
  async join(options: WaitOptions = {}): Promise<number | null> {
    checkWaitOptions(options);
    const child = this.#startedChild("join");
    const release = child.keepProgramAlive();
    try {
      const code = await awaitChild(child, child.ended, options, "the end");
      if (code === timedOut) return null;
      children.reap(child);
      return code;
    } finally {
      release();
    }
  }

  /**
   * Waits for the target's return value; for a generator function, for the list of all yielded values. The child may
   * run on after that, and is reaped when it ends.
   *
   * @throws the error that the target threw, complete: class, fields, cause, the child's stack and the call of
   *   `start()`.
   * @throws {WorkerDiedError} when the child ended without an answer; {TimeoutError} when time ran out.
   */
  result(options: WaitOptions = {}): Promise<Answer<ReturnType<F>>> {
    const call: PendingCall = {};
    const result = this.#result(call, options);
    call.promise = result;
    return result;
  }

  async #result(call: PendingCall, options: WaitOptions): Promise<Answer<ReturnType<F>>> {
    checkWaitOptions(options);
    const child = this.#startedChild("wait for the result of");
    const release = child.keepProgramAlive();
    try {
      const value = await awaitChild(child, child.result(), options, "the result");
      if (value !== timedOut) return value as Answer<ReturnType<F>>;
    } catch (error) {
      if (this.#isScopeOver) expectRejection(call);
      throw error;
    } finally {
      release();
      // A caller that has the answer need not join() as well.
      if (child.isAnswered) void child.ended.then(() => children.reap(child));
    }
    throw new TimeoutError(
      `No result of ${this.#name} within ${options.timeoutMs} ms: the child runs on; wait longer, or terminate() it`,
    );
  }

  /**
   * Ends the child with SIGTERM: no `finally` block or exit handler runs, and its children live on. Idempotent.
   */
  terminate(): void {
    this.#startedChild("terminate").kill("SIGTERM");
  }

  /**
   * Ends the child at once, or sends another signal. A thread gets no signals: it is ended, with the exit code of that
   * signal.
   *
   * @param signal its name or number. Default: `"SIGKILL"`. The child handles `"SIGINT"` when it returns to its event
   *   loop: use {@link interrupt} for a child that may be blocked.
   * @throws {TypeError} when there is no such signal, and when it would stop or continue a thread.
   */
  kill(signal: NodeJS.Signals | number = "SIGKILL"): void {
    const child = this.#startedChild("kill");
    child.kill(signalName(signal));
  }

  /**
   * Interrupts the child, as Python's `KeyboardInterrupt`: what its target waits for in this package, blocking or not,
   * throws InterruptError, so that `finally` blocks run. A target that awaits anything else fails at once, without
   * them. When code in the child listens for `SIGINT`, that listener runs instead. A loop that neither returns to the
   * event loop nor waits is not interrupted: `kill()` ends it.
   */
  interrupt(): void {
    const child = this.#startedChild("interrupt");
    if (child.exitCode === null) child.interrupt();
  }

  /**
   * Releases everything that belongs to a child that has ended; only its name can be read after that. Idempotent.
   *
   * @throws {ProcessStateError} while the child runs.
   */
  close(): void {
    if (this.#role.isClosed) return;
    const { child } = this.#role;
    if (this.#role instanceof ChildRole && this.#role.isStarting) {
      throw new ProcessStateError(`Cannot close ${this.#name}: its start() has not returned, close it after that`);
    }
    if (child !== null && child.exitCode === null) {
      throw new ProcessStateError(`Cannot close ${this.#name}: it still runs, join() or terminate() it first`);
    }
    if (child !== null) children.reap(child);
    this.#role.close();
  }

  /** The name, for people; need not be unique. */
  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    checkName(name);
    this.#name = name;
  }

  /** Whether it is terminated, rather than waited for, when its parent ends. Fixed by `start()`. */
  get daemon(): boolean {
    return this.#daemon;
  }

  set daemon(daemon: boolean) {
    if (!(this.#role instanceof ChildRole) || this.#role.work === null)
      throw new ProcessStateError(`Cannot change whether ${this.#name} is a daemon: it was started already`);
    this.#daemon = Boolean(daemon);
  }

  /**
   * The operating system's id of the process; for a thread, that of the process it runs in. `null` before `start()`.
   *
   * `start()` does not wait for a fork server that boots or imports modules. Reading the pid does, and blocks this
   * thread meanwhile: await a result or a message of the child first. `null` also while a start waits for descriptors.
   */
  get pid(): number | null {
    this.#refuseClosed("read the pid of");
    return this.#role.pid;
  }

  /**
   * Distinguishes this child from its siblings: the pid of a process, the thread id of a thread. `null` before
   * `start()`.
   */
  get ident(): number | null {
    this.#refuseClosed("read the ident of");
    return this.#role.ident;
  }

  /** The pid of the process that created it. */
  get parentPid(): number | null {
    return this.#role.parentPid;
  }

  /**
   * `0`, `1` for an uncaught error, `n` from `process.exit(n)`, `-s` when signal `s` ended it; `null` until it has
   * ended.
   */
  get exitCode(): number | null {
    this.#refuseClosed("read the exit code of");
    return this.#role.child?.exitCode ?? null;
  }

  /** Whether it was started and has not ended. The current process is alive. */
  get isAlive(): boolean {
    this.#refuseClosed("read isAlive of");
    return this.#role.isAlive;
  }

  /** An object for `wait()` that becomes ready when the child ends. */
  get sentinel(): Sentinel {
    return this.#startedChild("read the sentinel of").sentinel;
  }

  /** How it is started: `"thread"`, `"spawn"`, `"forkserver"` or `"fork"`; `null` for the main process. */
  get startMethod(): StartMethodName | null {
    return this.#role.startMethod;
  }

  /** Its state; see {@link ProcessState}. */
  get state(): ProcessState {
    return this.#role.state;
  }

  /** The key with which processes of one program authenticate each other; a child inherits its parent's. */
  get authKey(): Buffer {
    return Buffer.from(identity().authKey);
  }

  set authKey(key: Uint8Array) {
    setAuthKey(new Uint8Array(key));
  }

  /** Writes to the child's stdin, when `stdin` is `"pipe"`. */
  get stdin(): Writable | null {
    return this.#role.child?.handle.stdin ?? null;
  }

  /** The child's stdout, when `stdout` is `"pipe"`. */
  get stdout(): Readable | null {
    return this.#role.child?.handle.stdout ?? null;
  }

  /** The child's stderr, when `stderr` is `"pipe"`. */
  get stderr(): Readable | null {
    return this.#role.child?.handle.stderr ?? null;
  }

  /** The control block: ids, state, processor time, memory, limits, start. */
  async info(): Promise<ProcessInfo> {
    return this.#role.info(this);
  }

  /**
   * Terminates the child, then waits for its end. A pending `result()` rejects; if it is not awaited, that is no
   * unhandled rejection.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#role.child === null) return;
    this.#isScopeOver = true;
    this.terminate();
    await this.join();
  }

  [readiness](): Pending | null {
    return this.sentinel[readiness]();
  }

  /** The name of its class in text; a context's class adds its start method, as Python does: `SpawnProcess`. */
  protected get typeName(): string {
    return this.constructor.name;
  }

  toString(): string {
    return describeProcess(this.typeName, { name: this.#name, daemon: this.#daemon, role: this.#role });
  }

  [inspected](): string {
    return this.toString();
  }

  #startedChild(verb: string): StartedChild {
    this.#refuseClosed(verb);
    return this.#role.requireChild(verb, this.#name);
  }

  #refuseClosed(verb: string): void {
    if (this.#role.isClosed) throw closedError(verb, this.#name);
  }
}

// A subclass that overrides run() has another function here. Read outside of the class body: the bundler renames a
// class that names itself inside, and people see the name.
const plainRun = Process.prototype.run;

registerPackageClass("Process", Process);

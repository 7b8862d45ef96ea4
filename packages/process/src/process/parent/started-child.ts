import type { TransferListItem } from "node:worker_threads";
import { onAbort } from "../../base/abort-listener.ts";
import { deferred } from "../../base/deferred.ts";
import { WorkerDiedError } from "../../base/errors.ts";
import { EventLoopRef } from "../../base/event-loop-ref.ts";
import { observer } from "../../base/observer.ts";
import { appendFrames, type CallSite, framesOf } from "../../base/stack.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { unpackValue } from "../../callable/load/unpack-value.ts";
import { Inbox } from "../../channel/inbox.ts";
import { announceExit } from "../../memory/announce-exit.ts";
import { systemThreadName, workerThreadName } from "../../memory/system-thread.ts";
import { type BlockedPlace, openAllGates } from "../../memory/wait/known-gates.ts";
import { openPlace } from "../../memory/wait/open-place.ts";
import { pidNamespace } from "../../posix/calls/pid-namespace.ts";
import { crashError } from "../../start/child/crash-error.ts";
import { exitCodeOf } from "../../start/child/exit-code.ts";
import type { Child, Exit, StartMethodName } from "../../start/start-method.ts";
import type { ProcessInfo, ProcessState } from "../info/control-block.ts";
import { getLogger } from "../info/logger.ts";
import { directionsOf } from "../info/observe.ts";
import { threadStat } from "../info/proc.ts";
import { Sentinel } from "../info/sentinel.ts";
import type { ToChild, ToParent } from "../info/start-message.ts";

/** What is fixed about a child when it is started. */
export interface ChildSettings {
  readonly name: string;
  /** Its position in the process tree. */
  readonly lineage: readonly number[];
  readonly daemon: boolean;
  readonly servesParent: boolean;
  readonly startMethod: StartMethodName;
  /** Where `start()` was called. */
  readonly startedFrom: CallSite;
}

/** How the target ended. */
type TargetOutcome = { readonly value: unknown } | { readonly error: unknown };

// A busy child does not answer a request for its state. After this time the caller gets what the system reports.
const longestRequestMs = 100;
/** The same for a child that is watched: one that is blocked answers when it wakes, see `memory/gate.ts`. */
const longestWatchRequestMs = 300;

/** The parent's side of one child, from its start until it is reaped. */
export class StartedChild {
  readonly settings: ChildSettings;
  readonly handle: Child;
  readonly startedAt = new Date();
  /** Resolves with the exit code when the child has ended. */
  readonly ended: Promise<number>;
  #exit: Exit | undefined;
  #isRunning = false;
  #tid: number | null = null;
  #isReaped = false;
  #isAnswered = false;
  #isSettled = false;
  #ignoresTermination: boolean;
  #isTerminated = false;
  #wasSignalled = false;
  #isConnected = true;
  readonly #eventLoopRef = new EventLoopRef((alive) => {
    if (alive || this.settings.daemon) this.handle.ref(alive);
  });
  readonly #outcome = deferred<TargetOutcome>();
  readonly #ready = deferred();
  /** Where the child was blocked for a while, or still is. */
  #blockedAt: BlockedPlace | undefined;
  #onBeat: (() => void) | undefined;
  #lastRequest = 0;
  /** Messages of the program that the child runs. */
  readonly #inbox = new Inbox();
  readonly #requests = new Map<number, (rows: readonly ProcessInfo[] | null) => void>();

  constructor(handle: Child, settings: ChildSettings) {
    this.handle = handle;
    this.settings = settings;
    this.#ignoresTermination = settings.servesParent && handle.channel.reach === "process";
    if (settings.daemon) handle.ref(false);
    if (observer !== undefined) {
      handle.channel.directions = directionsOf(settings.lineage, "parent");
      observer.child("started", { ...settings, thread: () => this.threadName });
    }
    void handle.channel.closed.then(() => {
      this.#isConnected = false;
    });
    handle.channel.receive((message: ToParent) => this.#receive(message));
    this.ended = handle.exited.then((exit) => this.#end(exit));
    void this.#outcome.promise.then(() => {
      this.#isAnswered = true;
    });
  }

  /** How the child ended; `undefined` until it has. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** Whether this process has sent it a signal. */
  get wasSignalled(): boolean {
    return this.#wasSignalled;
  }

  /** `null` until the child has ended. */
  get exitCode(): number | null {
    return this.#exit?.code ?? null;
  }

  get state(): ProcessState {
    if (this.#isReaped) return "terminated";
    if (this.#exit !== undefined) return "zombie";
    if (!this.#isRunning) return "ready";
    return (threadStat(this.handle.pid, this.#tid)?.running ?? true) ? "running" : "waiting";
  }

  /** The kernel's id of a child that is a thread; `null` for a process, and until the child has sent it. */
  get tid(): number | null {
    return this.#tid;
  }

  /** The name of its main thread in reports of deadlocks; `undefined` while that is unknown. */
  get threadName(): string | undefined {
    const { threadId, hasPid } = this.handle;
    if (threadId !== 0) return workerThreadName(process.pid, threadId);
    return hasPid ? systemThreadName({ id: this.handle.pid, namespace: pidNamespace() }) : undefined;
  }

  /** Whether `result()` settles at once: the target returned or threw, or the child ended. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Resolves when the child reports that it is ready. Never settles when it does not. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Becomes ready when the child ends. */
  readonly sentinel: Sentinel = new Sentinel(
    () => this.exitCode !== null,
    () => ({ ready: this.ended.then(() => undefined), release: this.keepProgramAlive() }),
  );

  /** Whether the child has called its target. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Asks the child for a beat. @param onBeat is called when its event loop answers; replaces the last one. */
  requestBeat(onBeat: () => void): void {
    this.#onBeat = onBeat;
    this.#send({ type: "beat" });
  }

  /** Marks the child as reaped: its parent has seen its end. */
  reap(): void {
    if (!this.#isReaped) observer?.child("reaped", this.settings);
    this.#isReaped = true;
  }

  /** The target's return value. Rejects with the error that it threw, or that the child crashed with. */
  async result(): Promise<unknown> {
    const outcome = await this.#outcome.promise;
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  /**
   * Asks the child for its control block and those of all processes below it; `null` when it does not answer in time.
   *
   * @param watchMs for so long from now on, in milliseconds, they add up where their time goes. Default: not.
   */
  requestInfo(watchMs?: number): Promise<readonly ProcessInfo[] | null> {
    if (!this.#isRunning || this.#exit !== undefined) return Promise.resolve(null);
    const id = ++this.#lastRequest;
    return new Promise((resolve) => {
      const answer = (rows: readonly ProcessInfo[] | null) => {
        clearTimeout(timer);
        this.#requests.delete(id);
        resolve(rows);
      };
      const timer = setTimeout(answer, watchMs === undefined ? longestRequestMs : longestWatchRequestMs, null);
      this.#requests.set(id, answer);
      this.#send({ type: "ask", id, watchMs });
    });
  }

  /**
   * Interrupts the child by a message: a blocked thread can read its channel when it is woken, but no signal. A child
   * that closed its channel runs another program, and gets SIGINT.
   */
  interrupt(): void {
    if (this.#isConnected) {
      this.#send({ type: "interrupt" });
      // The event loop may not have read where the child is blocked.
      this.handle.channel.poll();
      openAllGates();
      if (this.#blockedAt !== undefined) openPlace(this.#blockedAt);
    } else this.handle.kill("SIGINT");
  }

  /**
   * Sends a signal to the child, unless it has ended. A child that serves its parent ignores SIGTERM, so it gets
   * SIGKILL instead, unless code in it listens for SIGTERM. Its exit code is that of SIGTERM all the same.
   */
  kill(signal: NodeJS.Signals): void {
    if (this.#exit !== undefined) return;
    this.#wasSignalled = true;
    if (signal === "SIGTERM" && this.#ignoresTermination) {
      this.#isTerminated = true;
      this.handle.kill("SIGKILL");
    } else this.handle.kill(signal);
    // A thread ends when it returns from the system call in which it is blocked.
    if (this.handle.threadId !== 0 && this.#blockedAt !== undefined) openPlace(this.#blockedAt);
  }

  /**
   * Keeps the program alive for this child while code waits for it, even for a daemon.
   *
   * @returns ends that; idempotent.
   */
  keepProgramAlive(): () => void {
    return this.#eventLoopRef.addWait();
  }

  /**
   * Sends a message to the program that the child runs.
   *
   * @throws what cloning throws; nothing was sent then.
   */
  send(body: unknown, transferList?: readonly TransferListItem[]): void {
    this.handle.channel.send({ type: "message", body } satisfies ToChild, transferList);
  }

  /** Receives the messages of the program that the child runs. */
  receive(deliver: (body: never) => void): void {
    this.#inbox.receive(deliver);
  }

  /** Terminates the child when the signal aborts; `result()` then rejects with the signal's reason. */
  terminateOnAbort(signal: AbortSignal): void {
    const abort = () => {
      this.#settle({ error: signal.reason });
      this.kill("SIGTERM");
    };
    void this.ended.then(onAbort(signal, abort));
  }

  #send(message: ToChild): void {
    this.handle.channel.send(message);
  }

  #receive(message: ToParent): void {
    switch (message.type) {
      case "running":
        this.#isRunning = true;
        this.#tid = message.tid;
        break;
      case "ready":
        this.#ready.resolve();
        break;
      case "beat":
        this.#onBeat?.();
        break;
      case "result":
        this.#settle(unpackOutcome(message.value, (value) => ({ value })));
        break;
      case "error":
        this.#settle(unpackOutcome(message.error, (error) => ({ error: this.#addStart(error) })));
        break;
      case "message":
        this.#inbox.add(message.body);
        break;
      case "listensForTermination":
        this.#ignoresTermination = false;
        break;
      case "blocked":
        this.#blockedAt = message.place;
        break;
      case "uninterrupted":
        this.handle.kill("SIGINT");
        break;
      case "answer":
        this.#requests.get(message.id)?.(message.rows);
    }
  }

  #settle(outcome: TargetOutcome | Promise<TargetOutcome>): void {
    this.#isSettled = true;
    this.#outcome.resolve(outcome);
  }

  #end(ended: Exit): number {
    const isTerminated = this.#isTerminated && ended.code === exitCodeOf(null, "SIGKILL");
    const exit = isTerminated ? { ...ended, code: exitCodeOf(null, "SIGTERM") } : ended;
    this.#exit = exit;
    for (const answer of this.#requests.values()) answer(null);
    this.handle.channel.close();
    const { pid, threadId } = this.handle;
    observer?.child("exited", { ...this.settings, exitCode: exit.code, pid, threadId });
    announceExit(this.handle.threadId, exit.code === 0);
    getLogger().debug("%s ended with exit code %d", this.settings.name, exit.code);
    // The error is made only for a child that did not answer: making it with both stacks takes a while.
    if (!this.#isSettled) this.#settle({ error: this.#addStart(this.#crashError(exit)) });
    return exit.code;
  }

  #crashError(exit: Exit): WorkerDiedError {
    const { pid, threadId, stderrTail } = this.handle;
    const { name } = this.settings;
    return crashError({ name, pid, threadId, host: null, stderrTail }, exit, "ended before its target gave an answer");
  }

  // Adds the frames of the start() call to an error of the child, whose own frames show only the child's code.
  #addStart(error: unknown): unknown {
    const frames = framesOf(this.settings.startedFrom);
    if (!(error instanceof Error) || frames === "") return error;
    // A crash has no line of the child's: the frames of its error are this package's.
    const own = error instanceof WorkerDiedError ? `${error.name}: ${error.message}` : error.stack;
    appendFrames(error, `${this.settings.name} was started`, frames, own);
    return error;
  }
}

function unpackOutcome(packed: PackedValue, outcome: (value: unknown) => TargetOutcome): Promise<TargetOutcome> {
  return unpackValue(packed).then(outcome, (error) => ({ error }));
}

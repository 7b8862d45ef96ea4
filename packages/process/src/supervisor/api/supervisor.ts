import { checkWaitOptions, longestTimer, timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { deferred } from "../../base/deferred.ts";
import { ClosedError, ProcessStateError } from "../../base/errors.ts";
import { inspected } from "../../base/inspected.ts";
import { describeThrown } from "../../base/thrown.ts";
import type { AnyFunction } from "../../callable/form/target.ts";
import {
  listSupervisor,
  type SupervisedState,
  type SupervisorInfo,
  supervisorInfo,
  unlistSupervisor,
} from "../../process/info/supervisor-info.ts";
import type { Process } from "../../process/parent/process.ts";
import { checkChildren, checkSupervisorOptions } from "../option/check-options.ts";
import type { Branch, ChildOptions } from "../option/supervised-child-options.ts";
import type { SupervisorEvent, SupervisorOptions } from "../option/supervisor-options.ts";
import type { Rules } from "../plan/rules.ts";
import type { ChildStatus, Outcome } from "../plan/state.ts";
import { childStartError, restartLimitError } from "./supervisor-error.ts";
import { publishEvent } from "./supervisor-events.ts";
import { SupervisorRun } from "./supervisor-run.ts";

/** A child of a supervisor, as {@link Supervisor.children} gives it. */
export interface SupervisedChildState {
  readonly name: string;
  /**
   * `"down"`: it is started when those before it are ready; `"starting"`: it is not ready yet; `"running"`; `"ending"`:
   * it was asked to end; `"waiting"`: for its back-off; `"ended"`: it is not started again.
   */
  readonly state: SupervisedState;
  /** How often it was started again. */
  readonly restarts: number;
  /** The Process that runs; `null` when none does, and for a supervisor. */
  readonly process: Process | null;
  /** The supervisor that runs, when the child is one. */
  readonly supervisor: Supervisor | null;
}

/**
 * Keeps children running: starts them in order, restarts those that exit, and ends them in reverse order. A child is a
 * Process by any start method, or another supervisor.
 *
 * A supervisor that must restart its children too often gives up: it ends them all, and `join()` rejects with a
 * RestartLimitError. If no `join()` waits, that is an unhandled rejection, which ends the program. When each child has
 * ended and none is to be started again, the supervisor has ended too.
 *
 * Source: Erlang/OTP's `supervisor`.
 *
 * @example
 * await using supervisor = new Supervisor([{ name: "web", target: runServer, startMethod: "spawn" }]);
 * await supervisor.start();
 * await supervisor.join();
 */
export class Supervisor<const Targets extends readonly AnyFunction[] = readonly AnyFunction[]>
  implements Branch, AsyncDisposable
{
  readonly #name: string;
  readonly #rules: Rules;
  readonly #onEvent: SupervisorOptions["onEvent"];
  readonly #run: SupervisorRun;
  readonly #started = deferred();
  readonly #over = deferred<Error | null>();
  #error: Error | null = null;
  #isStarting = false;
  #isErrorSeen = false;
  #isClosing = false;

  /**
   * @param children in the order of starting; at least one.
   * @param options see {@link SupervisorOptions}.
   * @throws {TypeError} or {RangeError} when an option is invalid.
   */
  constructor(children: { readonly [K in keyof Targets]: ChildOptions<Targets[K]> }, options: SupervisorOptions = {}) {
    checkSupervisorOptions(options);
    const list = children as readonly ChildOptions[];
    checkChildren(list);
    const { strategy = "oneForOne", maxRestarts = 3, withinMs = 5000 } = options;
    this.#name = options.name ?? "supervisor";
    this.#onEvent = options.onEvent;
    this.#rules = { strategy, maxRestarts, withinMs, children: list.map(ruleOf) };
    this.#run = new SupervisorRun(this.#rules, list, {
      onEvent: (event) => this.#report({ supervisor: this.#name, ...event }),
      onStarted: () => {
        this.#isStarting = false;
        this.#started.resolve();
      },
      onEnding: (outcome) => this.#ending(outcome),
      onOver: () => this.#end(),
      isSupervisor: (value) => value instanceof Supervisor,
    });
  }

  /** For people. */
  get name(): string {
    return this.#name;
  }

  /**
   * Starts the children, one after another.
   *
   * @returns itself, when all are started, and those with `readyTimeoutMs` are ready.
   * @throws {ChildStartError} when one cannot be started, or ends before it is ready; all others have ended then.
   * @throws {RestartLimitError} when it gave up meanwhile; {ClosedError} when it was closed meanwhile.
   * @throws {ProcessStateError} when it was started before.
   */
  async start(): Promise<this> {
    if (this.#run.phase !== "new")
      throw new ProcessStateError(
        `Cannot start ${this.#name}: it was started or closed before, make a new Supervisor for every start`,
      );
    listSupervisor(this, () => this.#info());
    this.#isStarting = true;
    this.#run.dispatch({ type: "start" });
    await this.#started.promise;
    return this;
  }

  /**
   * Waits until the supervisor has ended: by `close()`, or because no child is to be started any more.
   *
   * @returns `true`; `false` when time ran out.
   * @throws {RestartLimitError} when it gave up; {ChildStartError} when it could not start.
   * @throws {ProcessStateError} before `start()`.
   */
  async join(options: WaitOptions = {}): Promise<boolean> {
    checkWaitOptions(options);
    if (this.#run.phase === "new")
      throw new ProcessStateError(`Cannot join ${this.#name}: it was not started, call start() first`);
    // Children that are daemons, and the wait before a restart of one, keep no program alive.
    const hold = setInterval(() => {}, longestTimer);
    try {
      const error = await withDeadline(this.#over.promise, options);
      if (error === timedOut) return false;
      if (error === null) return true;
      this.#isErrorSeen = true;
      throw error;
    } finally {
      clearInterval(hold);
    }
  }

  /** Ends the children in reverse order, each with its signal and grace, and waits for that. Idempotent. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#run.dispatch({ type: "close" });
    await this.#over.promise;
  }

  /** The children in the order of starting. */
  children(): SupervisedChildState[] {
    return this.#run.children.map(({ slot: { options, current, starts }, status }) => ({
      name: options.name,
      state: stateNames[status],
      restarts: Math.max(0, starts - 1),
      process: current?.process ?? null,
      supervisor: (current?.branch as Supervisor | undefined) ?? null,
    }));
  }

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  toString(): string {
    const children = this.children().map(({ name, state }) => `${name} ${state}`);
    return `Supervisor { ${this.#name}, ${this.#rules.strategy}, ${children.join(", ")} }`;
  }

  [inspected](): string {
    return this.toString();
  }

  #report(event: SupervisorEvent): void {
    publishEvent(event);
    try {
      this.#onEvent?.(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : new Error(describeThrown(error)));
    }
  }

  #ending(outcome: Outcome): void {
    if (outcome.kind === "unstarted") this.#error = childStartError(this.#name, outcome.exit);
    if (outcome.kind !== "gaveUp") return;
    const error = restartLimitError(this.#name, this.#rules, outcome.exits);
    this.#error = error;
    this.#reportOwn("gaveUp", { error });
  }

  #end(): void {
    const error = this.#error;
    unlistSupervisor(this);
    this.#reportOwn("closed");
    this.#over.resolve(error);
    if (this.#isStarting)
      this.#started.reject(error ?? new ClosedError(`Cannot start ${this.#name}: it was closed meanwhile`));
    else if (error !== null)
      setImmediate(() => {
        if (!this.#isErrorSeen && !this.#isClosing) void Promise.reject(error);
      });
  }

  #reportOwn(edge: "gaveUp" | "closed", more: Pick<SupervisorEvent, "error"> = {}): void {
    const own = { supervisor: this.#name, child: null, pid: null, restarts: this.#run.restarts };
    this.#report({ edge, ...own, ...more });
  }

  #info(): SupervisorInfo {
    const { strategy } = this.#rules;
    const children = this.#run.children.map(({ slot: { options, current, starts }, status }) => ({
      name: options.name,
      state: stateNames[status],
      restarts: Math.max(0, starts - 1),
      pid: current?.pid ?? null,
      threadId: current?.threadId ?? 0,
      supervisor: current?.branch ? supervisorInfo(current.branch) : null,
    }));
    return { name: this.#name, strategy, restarts: this.#run.restarts, children };
  }
}

const stateNames: Record<ChildStatus, SupervisedState> = {
  down: "down",
  starting: "starting",
  up: "running",
  ending: "ending",
  waiting: "waiting",
  over: "ended",
};

function ruleOf({ restart = "permanent", backOff }: ChildOptions): Rules["children"][number] {
  return { restart, longestBackOffMs: backOff === undefined ? null : (backOff.mostMs ?? 30_000) };
}

import { deferred } from "../../base/deferred.ts";
import { ClosedError, TimeoutError } from "../../base/errors.ts";
import { tasks } from "../../base/gauge.ts";
import { unpackValue } from "../../callable/load/unpack-value.ts";
import type { Exit } from "../../start/start-method.ts";
import { type BrokenProcessPoolError, brokenBy } from "../wire/pool-errors.ts";
import { isAnswer, type ToPool, type WireAnswer } from "../wire/pool-message.ts";
import type { SentOnce } from "../wire/sent-once.ts";
import { Dispatcher } from "./dispatcher.ts";
import { KeepAlive } from "./keep-alive.ts";
import type { Member } from "./pool-worker.ts";
import { refuseWhileExiting } from "./process-exiting.ts";
import type { CancelOutcome, Task } from "./task.ts";
import type { TaskSource } from "./task-source.ts";
import { deathOf, givenUp } from "./worker-exit.ts";
import { Ledger } from "./worker-ledger.ts";
import { Roster } from "./worker-list.ts";
import type { CrewCounts } from "./worker-set-counts.ts";
import type { CrewOptions } from "./worker-set-options.ts";

// setTimeout fires at once when asked for more.
const longestTimer = 2 ** 31 - 1;

/** How often in a row workers may die before they are ready; after that there is no point in making more. */
const bootDeathsAllowed = 3;

/** How many workers may die when a task is the next, before it is taken for the cause. */
const missesAllowed = 3;

/**
 * The workers of a pool or an executor, and what they have to do, written once for all engines: from its opening to its
 * end, through whatever happens to workers. Who gets which task is the {@link Dispatcher}'s business.
 *
 * Every task is settled once: by its answer, by the end of its worker, or by the end of the crew.
 */
export class WorkerSet {
  readonly options: CrewOptions;
  readonly #ledger: Ledger;
  readonly #roster: Roster;
  readonly #dispatcher: Dispatcher;
  readonly #alive = new KeepAlive();
  readonly #gone = deferred();
  readonly #boundByConsumers = new Set<() => void>();
  #state: "open" | "closing" | "terminated" | "broken" = "open";
  #brokenBy: unknown;
  #bootDeaths = 0;

  constructor(options: CrewOptions) {
    this.options = options;
    this.#ledger = new Ledger(options.name);
    this.#roster = new Roster(options, {
      received: (member, message) => this.#receive(member, message),
      ended: (member, exit) => this.#ended(member, exit),
    });
    tasks.add(this, ({ queued, running }) => queued + running);
    const crew = this;
    this.#dispatcher = new Dispatcher(options, this.#roster, this.#ledger, {
      get isRunning() {
        return crew.#isRunning;
      },
      get mayHire() {
        return crew.#state === "open" || (crew.#state === "closing" && crew.#alive.isHeld);
      },
      started: (task, member) => this.#limit(task, member),
      failed: (error) => this.#break(error),
    });
    try {
      if (!options.onDemand) this.#dispatcher.hire();
    } catch (error) {
      this.#end("terminated", "terminated");
      throw error;
    }
  }

  get state(): "open" | "closing" | "terminated" | "broken" {
    return this.#state;
  }

  get members(): ReadonlySet<Member> {
    return this.#roster.members;
  }

  get counts(): CrewCounts {
    return this.#ledger.counts;
  }

  /** How many tasks wait for a worker. */
  get queued(): number {
    return this.#dispatcher.queued;
  }

  /** How many tasks are with a worker. */
  get running(): number {
    return [...this.members].reduce((sum, member) => sum + member.tasks.length, 0);
  }

  /** @throws {ClosedError} or {BrokenProcessPoolError} when nothing new is taken on. */
  checkOpen(call: string): void {
    refuseWhileExiting(call);
    if (this.#state === "open") return;
    if (this.#state === "broken") throw this.#brokenError(`Cannot run ${call}`);
    const how = this.#state === "closing" ? "closed" : "terminated";
    throw new ClosedError(`Cannot run ${call}: ${this.options.name} is not running, it was ${how}; make a new one`);
  }

  /** Notes a call that is not done until {@link release}: the program lives on, and `close()` waits. */
  hold(): void {
    this.#alive.hold();
  }

  release(): void {
    if (!this.#alive.release()) return;
    if (this.#state === "closing") this.#dismiss();
    this.#rest();
  }

  /** Puts a task at the end of the queue of single calls. */
  push(task: Task): void {
    this.#dispatcher.push(task);
  }

  /** Adds a source of tasks; it is dropped with the returned function. */
  addSource(source: TaskSource): () => void {
    return this.#dispatcher.addSource(source);
  }

  /** Lets the workers forget what nobody will name again. */
  forget(things: readonly SentOnce[]): void {
    if (things.length > 0) for (const member of this.members) member.forget(things);
  }

  /** Looks for work for idle workers: a source has some. */
  wake(): void {
    this.#dispatcher.wake();
  }

  /**
   * Cancels a task in two steps: it is asked to stop, and when it does not within the time of grace, its worker is ended.
   *
   * @param reason what the task sees.
   * @param errorFor makes what the caller gets from how it came about.
   */
  cancel(task: Task, reason: unknown, errorFor: (how: CancelOutcome) => unknown): void {
    if (task.isSettled || task.cancelled !== null) return;
    task.cancelled = errorFor;
    const member = [...this.members].find(({ tasks }) => tasks.includes(task));
    if (member === undefined) {
      this.#ledger.settle(task, { error: errorFor("not started") }, null);
      return;
    }
    member.cancel(task, reason);
    member.grace = setTimeout(() => this.#roster.kill(member, "cancelled"), this.options.graceMs);
  }

  /** Takes on nothing new, and lets the workers go when all is done. */
  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    if (!this.#alive.isHeld) this.#dismiss();
    this.#rest();
  }

  /** Ends everything now. What is not done fails with the error made. */
  terminate(errorFor: () => unknown, signal: NodeJS.Signals = "SIGTERM"): void {
    if (this.#state === "terminated") return;
    this.#end("terminated", "terminated", signal);
    this.#failAll(errorFor);
  }

  /** Resolves when all workers are gone, after `close()` or `terminate()`. */
  join(): Promise<void> {
    for (const unbind of this.#boundByConsumers) unbind();
    return this.#gone.promise;
  }

  /** Notes what is to be done when somebody waits for the end of everything, and cannot fetch results meanwhile. */
  onJoin(unbind: () => void): () => void {
    this.#boundByConsumers.add(unbind);
    return () => this.#boundByConsumers.delete(unbind);
  }

  get #isRunning(): boolean {
    return this.#state === "open" || this.#state === "closing";
  }

  // A task's time runs from its start.
  #limit(task: Task, member: Member): void {
    const { timeout } = task.spec;
    if (timeout === undefined || timeout.ms > longestTimer) return;
    const reason = new TimeoutError(`No time left: ${task.title} has had its ${timeout.ms} ms`);
    member.limit = setTimeout(() => this.cancel(task, reason, timeout.errorFor), timeout.ms);
  }

  #receive(member: Member, message: ToPool): void {
    if (isAnswer(message)) {
      this.#answered(member, message);
      return;
    }
    switch (message.type) {
      case "ready":
        this.#bootDeaths = 0;
        if (member.state === "booting") member.state = "ready";
        this.#roster.tell("ready", member);
        this.#dispatcher.wake();
        break;
      case "failed":
        member.endReason ??= "failed";
        void unpackValue(message.error).then((error) => this.#break(error));
    }
  }

  #answered(member: Member, answer: WireAnswer): void {
    const [id, , , , bytes = 0] = answer;
    const task = member.answer(id);
    if (task === undefined) return;
    member.clearTimers();
    member.answered += 1;
    if (bytes > this.options.maxBytesPerWorker && member.state === "ready") {
      member.state = "retiring";
      member.endReason = "memory";
    }
    this.#ledger.answered(task, answer, member);
    if (member.state === "retiring" || member.isSpent) this.#retire(member);
    else if (member.wantsMore) this.#dispatcher.feed(member);
  }

  // Only idle workers are let go of: what was sent ahead is done first.
  #retire(member: Member): void {
    if (!member.isIdle || member.state === "ending") return;
    member.endReason ??= "tasks";
    this.counts.recycled += 1;
    this.#roster.tell("recycled", member, { reason: member.endReason });
    this.#roster.letGo(member);
    this.#dispatcher.wake();
  }

  #dismiss(): void {
    for (const member of this.members) this.#roster.dismiss(member);
    this.#rest();
  }

  #ended(member: Member, exit: Exit): void {
    const wasBooting = member.state === "booting";
    const isDeath = member.endReason === null;
    const culprit = member.current ?? (isDeath ? this.#suspect(member) : undefined);
    const innocent = member.tasks.filter((task) => task !== culprit);
    if (isDeath) this.counts.died += 1;
    if (culprit !== undefined) this.#bury(culprit, member, exit);
    this.#dispatcher.putBack(innocent.filter((task) => !this.#isCancelledEarly(task)));
    if (isDeath && this.#isRunning) {
      const death = deathOf(member, exit, culprit ?? null);
      if (wasBooting) this.#bootDeaths += 1;
      if (this.options.breaksOnDeath || this.#bootDeaths >= bootDeathsAllowed) this.#break(death);
    }
    this.#rest();
  }

  // What had not begun is not to blame; unless workers keep ending just when it is the next. It may be more than they can read.
  #suspect({ tasks: [next] }: Member): Task | undefined {
    if (next === undefined) return undefined;
    next.missed += 1;
    return next.missed >= missesAllowed ? next : undefined;
  }

  // A task that was cancelled, and whose worker ended before it began.
  #isCancelledEarly(task: Task): boolean {
    if (task.cancelled !== null) this.#ledger.settle(task, { error: task.cancelled("not started") }, null);
    return task.isSettled;
  }

  // What becomes of the task that a worker was running when it ended.
  #bury(task: Task, member: Member, exit: Exit): void {
    if (task.isSettled) return;
    if (task.cancelled !== null) {
      this.#ledger.settle(task, { error: task.cancelled("killed") }, member);
      return;
    }
    const death = deathOf(member, exit, task);
    if (this.options.breaksOnDeath) {
      this.#ledger.settle(task, { error: this.#brokenError(`Cannot finish ${task.title}`, death) }, member);
      return;
    }
    task.deaths = [...task.deaths, death];
    if (task.deaths.length < (task.spec.attempts ?? 1)) {
      this.#ledger.retried(task, member);
      this.#dispatcher.putBack([task]);
    } else this.#ledger.settle(task, { error: givenUp(task) }, member);
  }

  #break(cause: unknown): void {
    if (!this.#isRunning) return;
    this.#brokenBy = cause;
    this.#end("broken", "broken");
    // Told aloud as well: there may be no call yet that could tell it.
    process.emitWarning(this.#brokenError("Cannot go on"));
    this.#failAll(() => this.#brokenError("Cannot finish the call"));
  }

  #brokenError(what: string, cause: unknown = this.#brokenBy): BrokenProcessPoolError {
    return brokenBy(cause, `${what}: ${this.options.name}`);
  }

  #end(state: "terminated" | "broken", reason: string, signal?: NodeJS.Signals): void {
    this.#state = state;
    for (const member of this.members) this.#roster.kill(member, reason, signal);
    this.#rest();
  }

  #failAll(errorFor: () => unknown): void {
    this.#dispatcher.fail(errorFor);
    for (const member of this.members) {
      for (const task of member.tasks) {
        this.#ledger.settle(task, { error: task.cancelled?.("killed") ?? errorFor() }, member);
      }
    }
  }

  // The program need not live on for a crew that has nothing to do; but it sees out the end of its workers.
  #rest(): void {
    const isGone = this.members.size === 0;
    const isOver = this.#state !== "open";
    this.#alive.set(isOver && !isGone);
    if (!isOver || this.#alive.isHeld || !isGone) return;
    this.#alive.stop();
    this.#gone.resolve();
  }
}

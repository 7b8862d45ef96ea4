import { deferred } from "../base/deferred.ts";
import { ClosedError, TimeoutError } from "../base/errors.ts";
import type { Exit } from "../start/start-method.ts";
import { unpackValue } from "../target/unpack-value.ts";
import { CallQueue } from "./call-queue.ts";
import { CrewCounts } from "./crew-counts.ts";
import type { CrewOptions } from "./crew-options.ts";
import { deathOf, describe, givenUp } from "./death.ts";
import { refuseWhileExiting } from "./exiting.ts";
import { type Member, refusalOf } from "./member.ts";
import { unpack } from "./payload.ts";
import { type BrokenProcessPoolError, brokenBy } from "./pool-errors.ts";
import { publishTask } from "./pool-events.ts";
import { Roster } from "./roster.ts";
import type { CancelOutcome, Task, TaskOutcome } from "./task.ts";
import type { TaskSource } from "./task-source.ts";
import { TaskSources } from "./task-sources.ts";
import { asRun, isAnswer, type ToPool, type ToWorker, type WireAnswer } from "./wire.ts";

// setTimeout fires at once when asked for more.
const longestTimer = 2 ** 31 - 1;

/** How often in a row workers may die before they are ready; after that there is no point in making more. */
const bootDeathsAllowed = 3;

/**
 * The workers of a pool or an executor, and what they have to do: the scheduler, written once for all engines.
 *
 * Workers pull: whoever is free gets the next task, in the order in which they came, taking turns between the queue of
 * single calls and each `map` that is under way. A little work is sent ahead of short tasks, so that nobody waits for a
 * message; a task that may have to be ended together with its worker shares the worker with no other.
 *
 * Every task is settled once: by its answer, by the end of its worker, or by the end of the crew.
 */
export class Crew {
  readonly options: CrewOptions;
  readonly counts = new CrewCounts();
  /** Single calls. */
  readonly calls = new CallQueue();
  readonly #sources: TaskSources;
  readonly #roster: Roster;
  readonly #gone = deferred();
  readonly #boundByConsumers = new Set<() => void>();
  /** Keeps the program alive while something is to be done. */
  readonly #alive = setInterval(() => {}, longestTimer).unref();
  #state: "open" | "closing" | "terminated" | "broken" = "open";
  #brokenBy: unknown;
  #holds = 0;
  #bootDeaths = 0;
  #isScheduled = false;

  constructor(options: CrewOptions) {
    this.options = options;
    this.#sources = new TaskSources(this.calls, options.isStrictlyOrdered);
    this.#roster = new Roster(options, {
      received: (member, message) => this.#receive(member, message),
      unsent: (member, message, error) => this.#unsent(member, message, error),
      ended: (member, exit) => this.#ended(member, exit),
    });
    try {
      if (!options.onDemand) this.#grow();
    } catch (error) {
      this.#end("terminated", "terminated");
      throw error;
    }
  }

  get state(): "open" | "closing" | "terminated" | "broken" {
    return this.#state;
  }

  get members(): Member[] {
    return [...this.#roster.members];
  }

  /** How many tasks wait for a worker. */
  get queued(): number {
    return this.#sources.size;
  }

  /** @throws {ClosedError} or {BrokenProcessPoolError} when nothing new is taken on. */
  checkOpen(call: string): void {
    refuseWhileExiting(call);
    if (this.#state === "open") return;
    if (this.#state === "broken") throw this.#brokenError(`Cannot run ${call}`);
    const how = this.#state === "closing" ? "closed" : "terminated";
    throw new ClosedError(`Cannot run ${call}: ${this.options.name} is not running, it was ${how}; make a new one`);
  }

  /** Notes a call that is not done until the returned function is called: the program lives on, and `close()` waits. */
  hold(): () => void {
    this.#holds += 1;
    if (this.#holds === 1) this.#alive.ref();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      if (this.#holds > 0) return;
      if (this.#state === "closing") this.#dismiss();
      this.#rest();
    };
  }

  /** Puts a task at the end of the queue of single calls. */
  push(task: Task): void {
    this.calls.push(task);
    publishTask("queued", this.options.name, task, null);
    this.wake();
  }

  /** Adds a source of tasks; it is dropped with the returned function. */
  addSource(source: TaskSource): () => void {
    const drop = this.#sources.add(source);
    this.wake();
    return drop;
  }

  /** Looks for work for idle workers, once all that is being asked for at this moment has been. */
  wake(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#dispatch();
    });
  }

  /**
   * Cancels a task in two steps: it is asked to stop, and when it does not within the time of grace, its worker is ended.
   *
   * @param reason what the task sees.
   * @param errorFor makes what the caller gets from how it came about.
   */
  cancel(task: Task, reason: unknown, errorFor: (how: CancelOutcome) => unknown): void {
    if (task.isSettled || task.cancelled !== null) return;
    const member = this.members.find((one) => one.has(task));
    task.cancelled = errorFor;
    if (member === undefined) {
      this.#settle(task, { error: errorFor("not started") }, null);
      return;
    }
    member.cancel(task, reason);
    member.grace = setTimeout(() => this.#roster.kill(member, "cancelled"), this.options.graceMs);
  }

  /** Takes on nothing new, and lets the workers go when all is done. */
  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    if (this.#holds === 0) this.#dismiss();
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

  #dispatch(): void {
    if (this.#state === "terminated" || this.#state === "broken") return;
    const hungry = this.members
      .filter((member) => member.wantsMore)
      .sort((a, b) => Number(b.isIdle) - Number(a.isIdle));
    hungry.forEach((member, i) => {
      this.#feed(member, Math.ceil(this.queued / (hungry.length - i)));
    });
    try {
      this.#grow();
    } catch (error) {
      this.#break(error);
    }
  }

  #feed(member: Member, most: number): void {
    if (most === 0) return;
    const next = {
      peekExclusive: () => this.#sources.peekExclusive(),
      take: () => this.#sources.take(this.options.size),
    };
    const sent = member.fill(next, most, (task, error) => this.#settle(task, { error }, null));
    for (const task of sent) this.#started(task, member);
  }

  #started(task: Task, member: Member): void {
    const now = performance.now();
    this.counts.waitedMs += now - task.queuedAt;
    task.startedAt = now;
    task.spec.started?.();
    publishTask("started", this.options.name, task, member);
    const { timeout } = task.spec;
    if (timeout === undefined || timeout.ms > longestTimer) return;
    const reason = new TimeoutError(`No time left: ${describe(task)} has had its ${timeout.ms} ms`);
    member.limit = setTimeout(() => this.cancel(task, reason, timeout.errorFor), timeout.ms);
  }

  // Workers are made until there are as many as there should be.
  #grow(): void {
    const { size, onDemand } = this.options;
    if (this.#state !== "open" && (this.#state !== "closing" || this.#holds === 0)) return;
    const living = this.members.filter((member) => member.state !== "ending");
    const free = living.filter((member) => member.state === "booting" || (member.isIdle && member.wantsMore)).length;
    const wanted = onDemand ? Math.min(size, living.length + Math.max(0, this.queued - free)) : size;
    for (let n = living.length; n < wanted; n++) this.#roster.hire();
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
        this.wake();
        break;
      case "failed":
        member.endReason ??= "failed";
        void unpackValue(message.error).then((error) => this.#break(error));
        break;
      case "leaving":
        member.runningAtEnd = message.running;
    }
  }

  #answered(member: Member, answer: WireAnswer): void {
    const [id, ms, , , bytes = 0] = answer;
    const task = member.answer(id);
    if (task === undefined) return;
    member.clearTimers();
    member.answered += 1;
    this.counts.ranMs += ms;
    task.spec.fn.learn(ms, task.items);
    if (bytes > this.options.maxBytesPerWorker && member.state === "ready") {
      member.state = "retiring";
      member.endReason = "memory";
    }
    this.#settleWith(task, answer, member);
    if (member.state === "retiring" || member.isSpent) this.#retire(member);
    else if (member.wantsMore) this.#feed(member, this.queued);
  }

  #settleWith(task: Task, [, ms, values, errors = []]: WireAnswer, member: Member): void {
    if (task.cancelled !== null) {
      this.#settle(task, { error: task.cancelled("stopped") }, member, ms);
      return;
    }
    const value = unpack(values);
    if (errors.length === 0 && !(value instanceof Promise)) {
      this.#settle(task, { values: value, errors: [] }, member, ms);
      return;
    }
    const failed = Promise.all(errors.map(async ([place, error]) => [place, await unpackValue(error)] as const));
    Promise.all([value, failed]).then(
      ([settled, list]) => this.#settle(task, { values: settled, errors: list }, member, ms),
      (error) => this.#settle(task, { error }, member, ms),
    );
  }

  #settle(task: Task, outcome: TaskOutcome, member: Member | null, ms?: number): void {
    const edge =
      task.cancelled !== null ? "cancelled" : "error" in outcome || outcome.errors.length > 0 ? "failed" : "succeeded";
    if (!task.settle(outcome)) return;
    this.counts[edge] += 1;
    publishTask(edge, this.options.name, task, member, ms);
  }

  #unsent(member: Member, message: ToWorker, error: unknown): void {
    const run = asRun(message);
    if (run === undefined) {
      member.endReason ??= "failed";
      this.#break(error);
      return;
    }
    const tasks = member.takeBack(run);
    if (tasks.length === 1) {
      const [task] = tasks as [Task];
      this.#settle(task, { error: refusalOf(task, this.options.engine.reach, error) }, member);
    } else {
      // One of them cannot be sent. Each by itself, it shows which.
      for (const task of tasks) task.goesAlone = true;
      this.calls.putBack(tasks);
    }
    this.wake();
  }

  // Only idle workers are let go of: what was sent ahead is done first.
  #retire(member: Member): void {
    if (!member.isIdle || member.state === "ending") return;
    member.endReason ??= "tasks";
    this.counts.recycled += 1;
    this.#roster.tell("recycled", member, { reason: member.endReason });
    this.#roster.letGo(member);
    this.wake();
  }

  #dismiss(): void {
    for (const member of this.#roster.members) this.#roster.dismiss(member);
    this.#rest();
  }

  #ended(member: Member, exit: Exit): void {
    const wasBooting = member.state === "booting";
    const { culprit } = member;
    const innocent = member.tasks.filter((task) => task !== culprit);
    const isDeath = member.endReason === null;
    if (isDeath) this.counts.died += 1;
    if (culprit !== undefined) this.#bury(culprit, member, exit);
    this.calls.putBack(innocent.filter((task) => !this.#isCancelledEarly(task)));
    if (isDeath && this.#state !== "terminated" && this.#state !== "broken") {
      const death = deathOf(member, exit, culprit ?? null);
      if (this.options.breaksOnDeath && !wasBooting) this.#break(death);
      else if (wasBooting) {
        this.#bootDeaths += 1;
        if (this.#bootDeaths >= bootDeathsAllowed) this.#break(death);
      }
    }
    this.#rest();
    this.wake();
  }

  // A task that was cancelled, and whose worker ended before it began.
  #isCancelledEarly(task: Task): boolean {
    if (task.cancelled !== null) this.#settle(task, { error: task.cancelled("not started") }, null);
    return task.isSettled;
  }

  // What becomes of the task that a worker was running when it ended.
  #bury(task: Task, member: Member, exit: Exit): void {
    if (task.isSettled) return;
    if (task.cancelled !== null) {
      this.#settle(task, { error: task.cancelled("killed") }, member);
      return;
    }
    const death = deathOf(member, exit, task);
    if (this.options.breaksOnDeath) {
      this.#settle(task, { error: this.#brokenError(`Cannot finish ${describe(task)}`, death) }, member);
      return;
    }
    task.deaths.push(death);
    if (task.deaths.length < (task.spec.attempts ?? 1)) {
      this.counts.retried += 1;
      publishTask("retried", this.options.name, task, member);
      this.calls.putBack([task]);
    } else this.#settle(task, { error: givenUp(task) }, member);
  }

  #break(cause: unknown): void {
    if (this.#state === "broken" || this.#state === "terminated") return;
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
    for (const member of this.#roster.members) this.#roster.kill(member, reason, signal);
    this.#rest();
  }

  #failAll(errorFor: () => unknown): void {
    this.#sources.fail(errorFor);
    for (const member of this.#roster.members) {
      for (const task of member.tasks) this.#settle(task, { error: task.cancelled?.("killed") ?? errorFor() }, member);
    }
  }

  // The program need not live on for a crew that has nothing to do; but it sees out the end of its workers.
  #rest(): void {
    const isGone = this.#roster.members.size === 0;
    if (this.#holds > 0 || (this.#state !== "open" && !isGone)) this.#alive.ref();
    else this.#alive.unref();
    if (this.#state === "open" || this.#holds > 0 || !isGone) return;
    clearInterval(this.#alive);
    this.#gone.resolve();
  }
}

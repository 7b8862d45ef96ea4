import { CallQueue } from "./call-queue.ts";
import type { Member } from "./pool-worker.ts";
import type { Task } from "./task.ts";
import type { TaskSource } from "./task-source.ts";
import { TaskSources } from "./task-sources.ts";
import type { Ledger } from "./worker-ledger.ts";
import type { Roster } from "./worker-list.ts";
import type { CrewOptions } from "./worker-set-options.ts";

/** How long making workers may be refused for a reason that passes, in milliseconds. */
const patienceMs = 5000;
/** How soon that is tried again, in milliseconds. */
const retryMs = 5;

/** What a dispatcher asks and tells its crew. */
export interface DispatcherLink {
  /** Whether tasks may be handed out. */
  readonly isRunning: boolean;
  /** Whether workers may be made. */
  readonly mayHire: boolean;
  /** A task has begun. */
  started(task: Task, member: Member): void;
  /** A worker could not be made. */
  failed(error: unknown): void;
}

/**
 * The scheduling policy of a crew: which worker gets which task, and when workers are made.
 *
 * Workers pull: whoever is free gets the next task, in the order in which they came, taking turns between the queue of
 * single calls and each `map` that is under way. A little work is sent ahead of short tasks, so that nobody waits for a
 * message; a task that may have to be ended together with its worker shares the worker with no other.
 */
export class Dispatcher {
  readonly #options: CrewOptions;
  readonly #roster: Roster;
  readonly #ledger: Ledger;
  readonly #link: DispatcherLink;
  /** Single calls. */
  readonly #calls = new CallQueue();
  readonly #sources: TaskSources;
  #isScheduled = false;
  #refusedSince: number | undefined;

  constructor(options: CrewOptions, roster: Roster, ledger: Ledger, link: DispatcherLink) {
    this.#options = options;
    this.#roster = roster;
    this.#ledger = ledger;
    this.#link = link;
    this.#sources = new TaskSources(this.#calls, options.size, options.isStrictlyOrdered);
  }

  /** How many tasks wait for a worker. */
  get queued(): number {
    return this.#sources.size;
  }

  /** Puts a task at the end of the queue of single calls. */
  push(task: Task): void {
    this.#calls.push(task);
    this.#ledger.queued(task);
    this.wake();
  }

  /** Puts tasks at its head that were taken before. */
  putBack(tasks: readonly Task[]): void {
    this.#calls.putBack(tasks);
    this.wake();
  }

  /** Adds a source of tasks; it is dropped with the returned function. */
  addSource(source: TaskSource): () => void {
    const drop = this.#sources.add(source);
    this.wake();
    return drop;
  }

  /** Gives up all that no worker has. */
  fail(error: () => unknown): void {
    this.#sources.fail(error);
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

  /** Hands a worker what it has time for. @param most how many tasks, at most; the others' share is left to them. */
  feed(member: Member, most = this.queued): void {
    if (most === 0) return;
    const { sent, refused, unsent } = member.fill(this.#sources, most);
    for (const task of sent) {
      this.#ledger.started(task, member);
      this.#link.started(task, member);
    }
    for (const [task, error] of refused) this.#ledger.settle(task, { error }, null);
    if (unsent.length > 0) {
      for (const task of unsent) task.goesAlone = true;
      this.#calls.putBack(unsent);
    }
    // Whoever was to get them is still free.
    if (refused.length > 0 || unsent.length > 0) this.wake();
  }

  /**
   * Makes workers until there are as many as there should be, some of them a little later where none can be made now.
   *
   * @throws what making one throws.
   */
  hire(): void {
    const { size, onDemand } = this.#options;
    if (!this.#link.mayHire) return;
    let living = 0;
    let free = 0;
    for (const member of this.#roster.members) {
      if (member.state === "ending") continue;
      living += 1;
      if (member.state === "booting" || (member.isIdle && member.wantsMore)) free += 1;
    }
    const wanted = onDemand ? Math.min(size, living + Math.max(0, this.queued - free)) : size;
    try {
      for (let n = living; n < wanted; n++) this.#roster.hire();
      this.#refusedSince = undefined;
    } catch (error) {
      if (!this.#willPass(error)) throw error;
      setTimeout(() => this.wake(), retryMs).unref();
    }
  }

  // A program forks only while nothing is under way in it, and it may be a pool's own message to another worker that is.
  #willPass(error: unknown): boolean {
    if ((error as { readonly code?: unknown } | null)?.code !== "ERR_MANYHANDS_FORK") return false;
    this.#refusedSince ??= performance.now();
    return performance.now() - this.#refusedSince < patienceMs;
  }

  #dispatch(): void {
    if (!this.#link.isRunning) return;
    const hungry = [...this.#roster.members].filter((member) => member.wantsMore);
    // Those without any work come first.
    if (hungry.length > 1) hungry.sort((a, b) => Number(b.isIdle) - Number(a.isIdle));
    let others = hungry.length;
    for (const member of hungry) {
      this.feed(member, Math.ceil(this.queued / others));
      others -= 1;
    }
    try {
      this.hire();
    } catch (error) {
      this.#link.failed(error);
    }
  }
}

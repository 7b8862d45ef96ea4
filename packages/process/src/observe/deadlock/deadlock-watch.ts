import type {
  ChildEdge,
  Flow,
  ObservedChild,
  ObservedWait,
  Observer,
  Subject,
  TaskEdge,
  WaitDetails,
} from "../../base/observer.ts";
import { deadlockMessage, describeCycle } from "./describe-deadlock.ts";
import { findCycle, findStuck } from "./find-deadlock.ts";
import { HeldLocks } from "./held-locks.ts";
import { hasOtherActivity } from "./other-activity.ts";
import type { PublishedWait, WaitBoard } from "./wait-board.ts";

/** Makes the error that ends a wait. @param cycle a clause for each wait of the cycle. */
export type MakeDeadlockError = (message: string, cycle: readonly string[]) => Error;

export interface DeadlockSettings {
  /** After how long a wait looks for a cycle, in milliseconds. */
  readonly afterMs: number;
  readonly board: WaitBoard;
  /** This process in messages, and the names of its thread, see `memory/system-thread.ts`. */
  readonly who: string;
  readonly thread: readonly string[];
  /** How many promises of this thread wait at gates of shared memory, observed or not. */
  readonly countGateWaits: () => number;
  readonly makeError: MakeDeadlockError;
}

/** Shortest time between two looks for a cycle by one wait, in milliseconds. */
const leastCheckMs = 40;
/** A wait is published after this time at the latest, so that `manyhands top` shows it. */
const longestPublishMs = 500;

/**
 * Finds cycles of waits that this thread takes part in. It keeps which flow of this thread holds which lock, and what
 * the thread waits for. A wait that takes long is published; when it is longer still, the thread reads what others
 * published, and looks whether its wait can end. Of a cycle's waits for children, else of those for locks, the one that
 * began last fails with an error.
 */
export class DeadlockWatch implements Observer {
  readonly tracksFlows = true;
  readonly #settings: DeadlockSettings;
  /** After how long a wait is published, in milliseconds. */
  readonly #publishMs: number;
  readonly #held = new HeldLocks();
  readonly #waits = new Set<WatchedWait>();
  readonly #children = new Map<string, ObservedChild>();
  /** The tasks of pools that were sent, perhaps again after a crash, and have not been settled. */
  readonly #tasks = new Set<number>();
  #lastKey = 0;
  #lastFound = "";
  /** Whether this thread has published waits, and nothing else that it may do. */
  #seemsStuck = false;

  constructor(settings: DeadlockSettings) {
    this.#settings = settings;
    this.#publishMs = Math.min(longestPublishMs, settings.afterMs / 2);
    process.on("exit", () => settings.board.close());
  }

  taken(lock: Subject, flow: Flow | undefined): void {
    this.#held.taken(lock, flow);
  }

  released(lock: Subject): void {
    this.#held.released(lock);
  }

  scope(edge: "begins" | "ends", lock: Subject): void {
    this.#held.scope(edge, lock);
  }

  wait(details: WaitDetails): ObservedWait {
    return new WatchedWait(this, details, this.#makeKey());
  }

  child(edge: ChildEdge, child: ObservedChild): void {
    const id = childId(child);
    if (edge === "started") this.#children.set(id, child);
    if (edge === "exited") this.#children.delete(id);
  }

  task(edge: TaskEdge, id: number): void {
    if (edge === "sent") this.#tasks.add(id);
    else this.#tasks.delete(id);
  }

  put(): void {}
  got(): void {}
  message(): void {}
  reached(): void {}
  ran(): void {}

  /** A wait has begun. */
  begin(wait: WatchedWait): void {
    this.#waits.add(wait);
    if (this.#seemsStuck) this.#publish();
  }

  over(wait: WatchedWait): void {
    if (!this.#waits.delete(wait)) return;
    if (wait.isPublished || this.#seemsStuck) this.#publish();
  }

  /** Publishes a long wait, and looks for a cycle. Returns the error that ends the wait, if it is to end. */
  check(wait: WatchedWait): Error | undefined {
    const now = performance.now();
    const waitedMs = now - wait.since;
    if (!wait.mayBeStuck || waitedMs < this.#publishMs || now - wait.checkedAt < leastCheckMs) return undefined;
    wait.checkedAt = now;
    this.#publish();
    return wait.canFail && waitedMs >= this.#settings.afterMs ? this.#findError(wait) : undefined;
  }

  // The lock's own word says whether it is held. Others publish and remove their waits meanwhile, so a cycle counts
  // when it is found twice.
  #findError(wait: WatchedWait): Error | undefined {
    if (wait.details.holder !== undefined && wait.details.holder() === undefined) return undefined;
    const stuck = findStuck(this.#settings.board.read());
    const own = [...stuck].find(({ key }) => key === wait.key);
    if (own === undefined) return undefined;
    const cycle = findCycle(stuck, own);
    // A child that only it itself could continue is in a cycle without the wait for it.
    if (wait.details.kind === "child" && !cycle.some(({ canFail }) => canFail)) cycle.unshift(own);
    if (victimOf(cycle)?.key !== wait.key) return undefined;
    const found = cycle.map(({ key }) => key).join();
    if (this.#lastFound !== found) {
      this.#lastFound = found;
      return undefined;
    }
    const steps = describeCycle(cycle);
    return this.#settings.makeError(deadlockMessage(own, cycle, steps), steps);
  }

  #publish(): void {
    const [long, other] = this.#sortedWaits();
    for (const wait of long) wait.isPublished = true;
    const { thread, board } = this.#settings;
    const waits = long.map((wait) => this.#published(wait));
    if (waits.length > 0 && !this.#isBlocked) {
      waits.push(...this.#childWaits());
      if (other.length > 0 || this.#mayAct) waits.push(this.#mayEnd("other", thread));
    }
    this.#seemsStuck = waits.length > 0 && waits.every(({ units, enders }) => units > 0 || enders !== undefined);
    board.publish(waits);
  }

  /** The waits that are long enough to be published, and the others. */
  #sortedWaits(): [long: WatchedWait[], other: WatchedWait[]] {
    const now = performance.now();
    const isLong = (wait: WatchedWait) => wait.mayBeStuck && now - wait.since >= this.#publishMs / 2;
    const waits = [...this.#waits];
    return [waits.filter(isLong), waits.filter((wait) => !isLong(wait))];
  }

  get #isBlocked(): boolean {
    return [...this.#waits].some(({ details }) => details.isBlocking);
  }

  /** Whether this thread may continue by something that is not observed as a wait. */
  get #mayAct(): boolean {
    if (this.#tasks.size > 0) return true;
    const observed = [...this.#waits].filter(({ details }) => !details.isBlocking && details.kind !== "child").length;
    return this.#settings.countGateWaits() > observed || hasOtherActivity(this.#children.values());
  }

  // A child that no code waits for may send a message that continues this thread.
  #childWaits(): PublishedWait[] {
    const awaited = new Set([...this.#waits].map(({ details }) => details.subject.id));
    return [...this.#children]
      .filter(([id]) => !awaited.has(id))
      .map(([id, child]) => {
        const enders = [child.thread?.() ?? ""];
        return { ...this.#mayEnd(id, this.#settings.thread), object: `a message of ${child.name}`, enders };
      });
  }

  #mayEnd(id: string, thread: readonly string[]): PublishedWait {
    const { who } = this.#settings;
    const key = `${thread[0]} ${id}`;
    return {
      key,
      resource: id,
      units: 0,
      holds: [],
      releasable: [],
      thread,
      kind: "child",
      object: id,
      act: "ends",
      since: 0,
      canFail: false,
      who,
    };
  }

  #published(wait: WatchedWait): PublishedWait {
    const { key, details, beganAt, canFail } = wait;
    const { kind, subject, capacity = 1, enders } = details;
    const { who, thread } = this.#settings;
    return {
      key,
      kind,
      resource: subject.id,
      object: enders?.object() ?? subject.name,
      act: enders?.act ?? "holds",
      units: capacity,
      ...this.#held.of(details),
      releasers: thread,
      thread: this.#isBlocked && !details.isBlocking ? [] : thread,
      ...(enders && { enders: enders.threads() }),
      since: beganAt,
      canFail,
      who,
    };
  }

  #makeKey(): string {
    this.#lastKey += 1;
    return `${this.#settings.thread[0]} ${this.#lastKey}`;
  }
}

class WatchedWait implements ObservedWait {
  readonly key: string;
  readonly details: WaitDetails;
  /** By `performance.now()`, and by the clock that all processes share. */
  since = 0;
  beganAt = 0;
  isPublished = false;
  /** When it looked for a cycle last. */
  checkedAt = 0;
  readonly #watch: DeadlockWatch;
  #hasBegun = false;
  #isOver = false;

  constructor(watch: DeadlockWatch, details: WaitDetails, key: string) {
    this.#watch = watch;
    this.details = details;
    this.key = key;
  }

  /** Whether only other threads can end it. */
  get mayBeStuck(): boolean {
    const { kind, isLimited, enders } = this.details;
    return !isLimited && (kind === "lock" || enders !== undefined);
  }

  /** Whether an error may end it. */
  get canFail(): boolean {
    const { kind, mustSucceed = false } = this.details;
    return (kind === "lock" || kind === "child") && !mustSucceed;
  }

  tried(hasSucceeded: boolean): boolean {
    if (this.#isOver) return hasSucceeded;
    if (hasSucceeded) {
      this.end();
      if (this.details.kind === "lock") this.#watch.taken(this.details.subject, this.details.flow);
      return true;
    }
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.since = performance.now();
      this.beganAt = Number(process.hrtime.bigint()) / 1e6;
      this.#watch.begin(this);
      return false;
    }
    const error = this.#watch.check(this);
    if (error !== undefined) throw error;
    return false;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#watch.over(this);
  }
}

/** The wait of a cycle that fails: one for a child, since its code can then do what the child waits for; the last. */
function victimOf(cycle: readonly PublishedWait[]): PublishedWait | undefined {
  const rank = ({ kind }: PublishedWait) => (kind === "child" ? 0 : 1);
  return cycle
    .filter(({ canFail }) => canFail)
    .sort((a, b) => rank(a) - rank(b) || b.since - a.since || (a.key < b.key ? 1 : -1))[0];
}

/** The id of a child as a subject of waits. */
function childId({ lineage }: ObservedChild): string {
  return `child ${lineage.join(".")}`;
}

import type { Flow, ObservedWait, Observer, Subject, WaitDetails } from "../../base/observer.ts";
import { findCycle, findStuck } from "./find-deadlock.ts";
import type { PublishedWait, WaitBoard } from "./wait-board.ts";

/** Makes the error that ends a wait. @param steps the cycle, a sentence for each wait. */
export type MakeDeadlockError = (subject: Subject, steps: readonly string[]) => Error;

export interface DeadlockSettings {
  /** After how long a wait looks for a cycle, in milliseconds. */
  readonly afterMs: number;
  readonly board: WaitBoard;
  /** This process in messages, and what distinguishes its thread from others. */
  readonly who: string;
  readonly thread: string;
  readonly makeError: MakeDeadlockError;
}

interface HeldUnit {
  readonly resource: string;
  readonly flow: Flow | undefined;
}

/** Shortest time between two looks for a cycle by one wait, in milliseconds. */
const leastCheckMs = 40;
/** A wait is published after this time at the latest, so that `manyhands top` shows it. */
const longestPublishMs = 500;

/**
 * Finds cycles of locks and waits that this thread takes part in. It keeps which flow of this thread holds which lock.
 * A wait that takes long is published; when it is longer still, the thread reads what others published, and looks
 * whether its wait can end. Of the waits of a cycle, the one that began last fails with an error.
 */
export class DeadlockWatch implements Observer {
  readonly tracksFlows = true;
  readonly #settings: DeadlockSettings;
  /** After how long a wait is published, in milliseconds. */
  readonly #publishMs: number;
  readonly #held: HeldUnit[] = [];
  readonly #waits = new Set<WatchedWait>();
  #lastKey = 0;
  #lastFound = "";

  constructor(settings: DeadlockSettings) {
    this.#settings = settings;
    this.#publishMs = Math.min(longestPublishMs, settings.afterMs / 2);
    process.on("exit", () => settings.board.close());
  }

  taken(lock: Subject, flow: Flow | undefined): void {
    this.#held.push({ resource: lock.id, flow });
    if (flow !== undefined) flow.locksOwned += 1;
  }

  released(lock: Subject): void {
    const at = this.#held.findLastIndex(({ resource }) => resource === lock.id);
    if (at === -1) return;
    const [{ flow }] = this.#held.splice(at, 1) as [HeldUnit];
    if (flow !== undefined) flow.locksOwned -= 1;
  }

  wait(details: WaitDetails): ObservedWait {
    this.#lastKey += 1;
    return new WatchedWait(this, details, `${this.#settings.thread} ${this.#lastKey}`);
  }

  put(): void {}
  got(): void {}
  message(): void {}
  child(): void {}
  reached(): void {}
  task(): void {}
  ran(): void {}

  /** A wait has begun. Only locks have holders. */
  begin(wait: WatchedWait): void {
    if (wait.details.kind !== "lock") return;
    this.#waits.add(wait);
  }

  over(wait: WatchedWait): void {
    if (!this.#waits.delete(wait) || !wait.isPublished) return;
    this.#publish();
  }

  /** Publishes a long wait, and looks for a cycle. Returns the error that ends the wait, if it is to end. */
  check(wait: WatchedWait): Error | undefined {
    const now = performance.now();
    const waitedMs = now - wait.since;
    if (waitedMs < this.#publishMs) return undefined;
    if (!wait.isPublished) this.#publish();
    if (waitedMs < this.#settings.afterMs || now - wait.checkedAt < leastCheckMs) return undefined;
    wait.checkedAt = now;
    return this.#findError(wait);
  }

  // The lock's own word says whether it is held. Others publish and remove their waits meanwhile, so a cycle counts
  // when it is found twice.
  #findError(wait: WatchedWait): Error | undefined {
    if (wait.details.holder !== undefined && wait.details.holder() === undefined) return undefined;
    const stuck = findStuck(this.#settings.board.read());
    const own = [...stuck].find(({ key }) => key === wait.key);
    if (own === undefined) return undefined;
    const cycle = findCycle(stuck, own);
    const victim = cycle
      .filter(({ canFail }) => canFail)
      .sort((a, b) => b.since - a.since || (a.key < b.key ? 1 : -1))[0];
    if (victim?.key !== wait.key) return undefined;
    const found = cycle.map(({ key }) => key).join();
    if (this.#lastFound !== found) {
      this.#lastFound = found;
      return undefined;
    }
    return this.#settings.makeError(wait.details.subject, describeCycle(cycle));
  }

  #publish(): void {
    const long = [...this.#waits].filter(({ since }) => performance.now() - since >= this.#publishMs / 2);
    for (const wait of long) wait.isPublished = true;
    this.#settings.board.publish(long.filter(({ details }) => !details.isLimited).map((wait) => this.#published(wait)));
  }

  #published({ key, details, beganAt }: WatchedWait): PublishedWait {
    const { subject, capacity = 1, mustSucceed = false } = details;
    return {
      key,
      resource: subject.id,
      resourceName: subject.name,
      units: capacity,
      holds: this.#heldBy(details),
      since: beganAt,
      canFail: !mustSucceed,
      who: this.#settings.who,
    };
  }

  // A blocked thread holds all that any of its flows holds.
  #heldBy({ isBlocking, flow }: WaitDetails): string[] {
    const flows = new Set<Flow>();
    for (let at = flow; at !== undefined; at = at.parent) flows.add(at);
    const held = this.#held.filter((unit) => isBlocking || (unit.flow !== undefined && flows.has(unit.flow)));
    return held.map(({ resource }) => resource);
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
    if (error !== undefined && !this.details.isLimited && this.details.mustSucceed !== true) throw error;
    return false;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#watch.over(this);
  }
}

/** A clause for each wait of a cycle. */
export function describeCycle(cycle: readonly PublishedWait[]): string[] {
  return cycle.map(({ who, resourceName }, i) => {
    const next = cycle[(i + 1) % cycle.length] as PublishedWait;
    return `${who} waits for ${resourceName}, which ${next.who === who ? "it holds itself" : `${next.who} holds`}`;
  });
}

/** The cycles among long waits, a line each. */
export function describeDeadlocks(waits: readonly PublishedWait[]): string[] {
  const stuck = findStuck(waits);
  const lines = new Map<string, string>();
  for (const wait of stuck) {
    const cycle = findCycle(stuck, wait);
    const key = cycle
      .map((each) => each.key)
      .sort()
      .join();
    if (!lines.has(key)) lines.set(key, `deadlock: ${describeCycle(cycle).join(", and ")}`);
  }
  return [...lines.values()];
}

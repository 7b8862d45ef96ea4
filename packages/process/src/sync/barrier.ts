import {
  type BlockOptions,
  checkWaitOptions,
  readBlockTimeout,
  readTimeout,
  type WaitOptions,
} from "../base/deadline.ts";
import { BrokenBarrierError } from "../base/errors.ts";
import { checkOptionKeys } from "../base/options.ts";
import { Gate } from "../memory/gate.ts";
import { Mutex } from "../memory/mutex.ts";
import { registerShared, SharedObject } from "../memory/shared-object.ts";

const stateWord = Mutex.words;
const waitingWord = stateWord + 1;
const roundWord = stateWord + 2;
const fatesWord = stateWord + 3;
const actorWord = stateWord + 4;
const gateWord = stateWord + 5;
const byteLength = (stateWord + 6) * 4;

const filling = 0;
const acting = 1;
const broken = 2;

/** How a Barrier is made. */
export interface BarrierOptions {
  /** Run by the last party to come, before any goes on. Every party that may be the last needs it; it does not cross. */
  readonly action?: (() => void) | undefined;
  /** How long a party waits that says nothing else, in milliseconds. Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

/** One party's wait: undefined until it has entered a round, and until it knows what became of it. */
interface Visit {
  round?: number;
  index?: number;
  outcome?: { readonly index: number } | { readonly error: unknown } | undefined;
}

/**
 * Where a number of parties wait for one another, again and again.
 *
 * When one of them gives up, by time or signal, or its action throws, the barrier is broken for all, until `reset()`.
 *
 * Shape: a `Mutex` that protects the rest, whose holders do not wait; then six words.
 *   2  state: 0 filling, 1 the last party runs the action, 2 broken
 *   3  how many wait
 *   4  the round: how often they all went on or were sent off by `reset()`
 *   5  the fates of the last 32 rounds, the latest in bit 0: 1 when it was broken by `reset()`
 *   6  the tenant id of the party that runs the action
 *   7  a `Gate`
 *
 * @example
 * const barrier = new Barrier(3);
 * const index = await barrier.wait();
 */
export class Barrier extends SharedObject {
  /** How many parties it waits for. */
  readonly parties: number;
  readonly #mutex: Mutex;
  readonly #gate: Gate;
  readonly #options: BarrierOptions;

  /** @throws {RangeError} when `parties` is no count ≥ 1. */
  constructor(parties: number, options: BarrierOptions = {}) {
    if (!Number.isInteger(parties) || parties < 1) {
      throw new RangeError(`Cannot make a Barrier of ${parties} parties: write a whole number ≥ 1`);
    }
    checkOptionKeys("Barrier", options, ["action", "timeoutMs"]);
    readTimeout(options.timeoutMs);
    super(byteLength);
    this.parties = parties;
    this.#options = options;
    this.#mutex = new Mutex(this.place.segment, this.place.at);
    this.#gate = new Gate(this.place.segment, this.place.at + gateWord);
  }

  /** How many wait at this moment. */
  get waiting(): number {
    return this.#load(stateWord) === broken ? 0 : this.#load(waitingWord);
  }

  /** Whether it lets nobody wait until `reset()`. */
  get broken(): boolean {
    return this.#load(stateWord) === broken;
  }

  /**
   * Waits for the other parties.
   *
   * @param options.timeoutMs default: the barrier's own.
   * @returns 0…parties − 1, another for each party of a round.
   * @throws {BrokenBarrierError} when the barrier is or gets broken; `options.signal.reason` when that aborts first, which
   *   breaks it for the others.
   */
  async wait(options: WaitOptions = {}): Promise<number> {
    checkWaitOptions(options);
    options.signal?.throwIfAborted();
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs;
    const visit: Visit = {};
    try {
      if (!(await this.#gate.wait(() => this.#look(visit), { ...options, timeoutMs }))) this.#giveUp(visit);
    } catch (error) {
      this.#giveUp(visit);
      throw error;
    }
    return indexOf(visit);
  }

  /** Waits for the other parties, blocking this thread; otherwise as {@link wait}. */
  waitSync(options: BlockOptions = {}): number {
    const limit = readBlockTimeout(options);
    const timeoutMs = options.timeoutMs === undefined ? readTimeout(this.#options.timeoutMs) : limit;
    const visit: Visit = {};
    if (!this.#gate.waitSync(() => this.#look(visit), timeoutMs)) this.#giveUp(visit);
    return indexOf(visit);
  }

  /** Breaks it: whoever waits, and whoever comes, gets a BrokenBarrierError. */
  abort(): void {
    this.#change(() => this.#store(stateWord, broken));
  }

  /** Empties it and makes it whole: whoever waits gets a BrokenBarrierError. */
  reset(): void {
    this.#change(() => {
      if (this.#load(waitingWord) > 0) this.#endRound(1);
      this.#store(stateWord, filling);
    });
  }

  override toString(): string {
    return `${this.constructor.name}(parties=${this.parties}, ${this.broken ? "broken" : `waiting=${this.waiting}`})`;
  }

  protected override revivalArgs(): readonly unknown[] {
    return [this.parties, { timeoutMs: this.#options.timeoutMs }];
  }

  #look(visit: Visit): boolean {
    if (visit.round === undefined) this.#enter(visit);
    else visit.outcome ??= this.#outcomeOf(visit.round, visit.index as number);
    return visit.outcome !== undefined;
  }

  #enter(visit: Visit): void {
    const isLast = this.#change(() => {
      if (this.#isActing()) return false;
      visit.round = this.#load(roundWord);
      if (this.broken) {
        visit.outcome = { error: brokenError() };
        return false;
      }
      visit.index = this.#load(waitingWord);
      this.#store(waitingWord, visit.index + 1);
      if (visit.index + 1 < this.parties) return false;
      this.#store(actorWord, this.place.segment.me);
      this.#store(stateWord, acting);
      return true;
    });
    if (isLast) this.#complete(visit);
  }

  // The last to come. All others wait, so the action runs alone and before any of them goes on; the mutex is free meanwhile,
  // so that it may use the barrier.
  #complete(visit: Visit): void {
    try {
      this.#options.action?.();
    } catch (error) {
      visit.outcome = { error };
    }
    this.#change(() => {
      if (visit.outcome !== undefined) this.#store(stateWord, broken);
      visit.outcome ??= this.#outcomeOf(visit.round as number, visit.index as number);
      if (visit.outcome !== undefined) return;
      visit.outcome = { index: visit.index as number };
      this.#endRound(0);
      this.#store(stateWord, filling);
    });
  }

  // Whether somebody runs the action; who died doing so has broken the barrier.
  #isActing(): boolean {
    if (this.#load(stateWord) !== acting) return false;
    if (this.place.segment.isAlive(this.#load(actorWord))) return true;
    this.#store(stateWord, broken);
    return false;
  }

  #outcomeOf(round: number, index: number): Visit["outcome"] {
    const age = (this.#load(roundWord) - round) | 0;
    if (age === 0) {
      this.#isActing();
      return this.broken ? { error: brokenError() } : undefined;
    }
    const isBroken = age > 32 || (this.#load(fatesWord) & (1 << (age - 1))) !== 0;
    return isBroken ? { error: brokenError() } : { index };
  }

  #endRound(fate: 0 | 1): void {
    this.#store(waitingWord, 0);
    this.#store(fatesWord, (this.#load(fatesWord) << 1) | fate);
    this.#store(roundWord, (this.#load(roundWord) + 1) | 0);
  }

  #giveUp(visit: Visit): void {
    this.#change(() => {
      if (visit.round !== undefined) visit.outcome ??= this.#outcomeOf(visit.round, visit.index as number);
      if (visit.outcome !== undefined) return;
      this.#store(stateWord, broken);
      visit.outcome = { error: brokenError() };
    });
  }

  // A party that died in the midst of a change may have left anything: it is broken then.
  #change<T>(change: () => T): T {
    this.#mutex.enterSync();
    const [round, state] = [this.#load(roundWord), this.#load(stateWord)];
    try {
      if (this.#mutex.isAbandoned) {
        this.#store(stateWord, broken);
        this.#mutex.repair();
      }
      return change();
    } finally {
      // Nobody waits for another to come, nor for an action to begin: only for what follows.
      const now = this.#load(stateWord);
      const isNews = this.#load(roundWord) !== round || (now !== state && now !== acting);
      this.#mutex.release();
      if (isNews) this.#gate.open();
    }
  }

  #load(word: number): number {
    return Atomics.load(this.place.segment.words, this.place.at + word);
  }

  #store(word: number, value: number): void {
    Atomics.store(this.place.segment.words, this.place.at + word, value);
  }
}

function indexOf({ outcome }: Visit): number {
  if (outcome !== undefined && "index" in outcome) return outcome.index;
  throw outcome?.error ?? brokenError();
}

function brokenError(): BrokenBarrierError {
  return new BrokenBarrierError(
    "Cannot wait at the Barrier: it is broken, a party gave up or it was aborted or reset; call reset() to use it again",
  );
}

registerShared(Barrier, import.meta.url);

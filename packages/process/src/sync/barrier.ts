import {
  type BlockOptions,
  checkWaitOptions,
  readBlockTimeout,
  readTimeout,
  type WaitOptions,
} from "../base/deadline.ts";
import { BrokenBarrierError } from "../base/errors.ts";
import { checkOptionKeys } from "../base/options.ts";
import { type Handle, type Reach, setCallback, toHandle } from "../base/shareable.ts";
import { Gate } from "../memory/gate.ts";
import { Mutex } from "../memory/mutex.ts";
import { registerShared, SharedObject } from "../memory/shared-object.ts";
import { type BarrierAction, refuseAsyncFunction, runAction, runActionSync } from "./barrier-action.ts";

const stateWord = Mutex.words;
const waitingWord = stateWord + 1;
const roundWord = stateWord + 2;
const resetsWord = stateWord + 3;
const actionRunnerWord = stateWord + 4;
const gateWord = stateWord + 5;
const byteLength = (stateWord + 6) * 4;

const filling = 0;
const runningAction = 1;
const broken = 2;

/** Options of a Barrier. */
export interface BarrierOptions {
  /**
   * Run once a round, by the last party to arrive, before any party continues. A promise that it returns is awaited.
   * It is sent with the barrier as a target is, with copies of the variables that it captures. Default: none.
   */
  readonly action?: BarrierAction | undefined;
  /** The default timeout of `wait()`, in milliseconds. Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

/**
 * One party's wait. `round` and `index` are undefined until it enters a round, `outcome` until the round has ended.
 * `isLast` makes it the one that runs the action and ends the round.
 */
interface PartyWait {
  round?: number;
  index?: number;
  isLast?: boolean;
  outcome?: { readonly index: number } | { readonly error: unknown } | undefined;
}

/**
 * Makes a fixed number of parties wait for one another, in any number of rounds.
 *
 * When a wait times out or is aborted, or the action throws, the barrier is broken for all parties until `reset()`.
 *
 * Shape: a `Mutex` that protects the rest and is never held during a wait; then six words.
 *   2  state: 0 filling, 1 the last party runs the action, 2 broken
 *   3  the number of waiting parties
 *   4  the round: how often the parties were released, by the last party or by `reset()`
 *   5  how the last 32 rounds ended, the latest in bit 0: 1 when `reset()` ended it
 *   6  the participant id of the party that runs the action
 *   7  a `Gate`
 *
 * @example
 * const barrier = new Barrier(3);
 * const index = await barrier.wait();
 */
export class Barrier extends SharedObject {
  /** The number of parties. */
  readonly parties: number;
  readonly #mutex: Mutex;
  readonly #gate: Gate;
  readonly #timeoutMs: number | undefined;
  #action: BarrierAction | undefined;

  /** @throws {RangeError} when `parties` is not a whole number ≥ 1; {TypeError} when the action is no function. */
  constructor(parties: number, options: BarrierOptions = {}) {
    if (!Number.isInteger(parties) || parties < 1) {
      throw new RangeError(`Cannot create a Barrier of ${parties} parties: write a whole number ≥ 1`);
    }
    checkOptionKeys("Barrier", options, ["action", "timeoutMs"]);
    readTimeout(options.timeoutMs);
    if (options.action !== undefined && typeof options.action !== "function") {
      throw new TypeError(`Cannot create a Barrier: its action is ${typeof options.action}, write a function`);
    }
    super(byteLength);
    this.parties = parties;
    this.#timeoutMs = options.timeoutMs;
    this.#action = options.action;
    this.#mutex = new Mutex(this.location.segment, this.location.at);
    this.#gate = new Gate(this.location.segment, this.location.at + gateWord);
    this.#gate.isEnded = () => this.#load(stateWord) === runningAction && !this.#isActionRunning();
  }

  /** The number of parties that wait now. */
  get waiting(): number {
    return this.#load(stateWord) === broken ? 0 : this.#load(waitingWord);
  }

  /** Whether waits fail until `reset()`. */
  get broken(): boolean {
    return this.#load(stateWord) === broken;
  }

  /**
   * Waits for the other parties, and for the action.
   *
   * @param options.timeoutMs how long to wait for the other parties. The action has no time limit. Default: the
   *   barrier's own.
   * @returns 0…parties − 1, a different number for each party of a round.
   * @throws {BrokenBarrierError} when the barrier is broken or breaks meanwhile; the error of the action in the party
   *   that ran it; `options.signal.reason` when the signal aborts first, which breaks the barrier for the others.
   */
  async wait(options: WaitOptions = {}): Promise<number> {
    checkWaitOptions(options);
    options.signal?.throwIfAborted();
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    const { signal } = options;
    const wait: PartyWait = {};
    try {
      (await this.#gate.wait(() => this.#tryPass(wait), { timeoutMs, signal })) ||
        (await this.#gate.wait(() => this.#tryPassLate(wait), { signal }));
      if (wait.isLast) {
        await runAction(this.#action, signal);
        this.#endLast(wait);
      }
    } finally {
      this.#stopWaiting(wait);
    }
    return indexOf(wait);
  }

  /**
   * Waits for the other parties, blocking this thread; otherwise as {@link wait}.
   *
   * @throws {TypeError} also when the action is asynchronous: a blocked thread cannot wait for a promise.
   */
  waitSync(options: BlockOptions = {}): number {
    const limit = readBlockTimeout(options);
    const timeoutMs = options.timeoutMs === undefined ? readTimeout(this.#timeoutMs) : limit;
    refuseAsyncFunction(this.#action);
    const wait: PartyWait = {};
    try {
      this.#gate.waitSync(() => this.#tryPass(wait), timeoutMs) ||
        this.#gate.waitSync(() => this.#tryPassLate(wait) || this.#isBlockingAction, Number.POSITIVE_INFINITY);
      if (wait.isLast) {
        runActionSync(this.#action);
        this.#endLast(wait);
      }
    } finally {
      this.#stopWaiting(wait);
    }
    return indexOf(wait);
  }

  /** Breaks the barrier: current and later waits throw a BrokenBarrierError. */
  abort(): void {
    this.#change(() => this.#store(stateWord, broken));
  }

  /** Makes the barrier usable again: current waits throw a BrokenBarrierError. */
  reset(): void {
    this.#change(() => {
      if (this.#load(waitingWord) > 0) this.#endRound(1);
      this.#store(stateWord, filling);
    });
  }

  override toString(): string {
    return `${this.constructor.name}(parties=${this.parties}, ${this.broken ? "broken" : `waiting=${this.waiting}`})`;
  }

  protected override constructorArgs(): readonly unknown[] {
    return [this.parties, { timeoutMs: this.#timeoutMs }];
  }

  override [toHandle](reach: Reach, memoryReach = reach): Handle {
    return { ...super[toHandle](reach, memoryReach), callback: this.#action };
  }

  [setCallback](action: BarrierAction): void {
    this.#action = action;
  }

  #tryPass(wait: PartyWait): boolean {
    if (wait.round === undefined) this.#enter(wait);
    else wait.outcome ??= this.#outcomeOf(wait.round, wait.index as number);
    return wait.isLast === true || wait.outcome !== undefined;
  }

  // After its time has run out, a party waits for a running action only.
  #tryPassLate(wait: PartyWait): boolean {
    return this.#tryPass(wait) || !this.#isActionRunning();
  }

  // Whether the action is an asynchronous one of this thread, which cannot continue while the thread blocks.
  get #isBlockingAction(): boolean {
    return this.#load(actionRunnerWord) === this.location.segment.selfId;
  }

  #enter(wait: PartyWait): void {
    this.#change(() => {
      if (this.#isActionRunning()) return;
      wait.round = this.#load(roundWord);
      if (this.broken) {
        wait.outcome = { error: brokenError() };
        return;
      }
      wait.index = this.#load(waitingWord);
      this.#store(waitingWord, wait.index + 1);
      if (wait.index + 1 < this.parties) return;
      wait.isLast = true;
      this.#store(actionRunnerWord, this.location.segment.selfId);
      this.#store(stateWord, runningAction);
    });
  }

  // Called by the last party when the action has run. All others wait, so it ran before any of them continues. The
  // mutex was free meanwhile, so the action may use the barrier.
  #endLast(wait: PartyWait): void {
    this.#change(() => {
      wait.outcome = this.#outcomeOf(wait.round as number, wait.index as number);
      if (wait.outcome !== undefined) return;
      wait.outcome = { index: wait.index as number };
      this.#endRound(0);
      this.#store(stateWord, filling);
    });
  }

  // Whether a party runs the action. A party that was killed while it ran the action has broken the barrier.
  #isActionRunning(): boolean {
    if (this.#load(stateWord) !== runningAction) return false;
    if (this.location.segment.isAlive(this.#load(actionRunnerWord))) return true;
    this.#store(stateWord, broken);
    this.#gate.openAll();
    return false;
  }

  #outcomeOf(round: number, index: number): PartyWait["outcome"] {
    const age = (this.#load(roundWord) - round) | 0;
    if (age === 0) {
      this.#isActionRunning();
      return this.broken ? { error: brokenError() } : undefined;
    }
    const isBroken = age > 32 || (this.#load(resetsWord) & (1 << (age - 1))) !== 0;
    return isBroken ? { error: brokenError() } : { index };
  }

  #endRound(wasReset: 0 | 1): void {
    this.#store(waitingWord, 0);
    this.#store(resetsWord, (this.#load(resetsWord) << 1) | wasReset);
    this.#store(roundWord, (this.#load(roundWord) + 1) | 0);
  }

  // Breaks the barrier, unless the round has ended for this party.
  #stopWaiting(wait: PartyWait): void {
    if (wait.outcome !== undefined) return;
    this.#change(() => {
      if (wait.round !== undefined) wait.outcome ??= this.#outcomeOf(wait.round, wait.index as number);
      if (wait.outcome !== undefined) return;
      this.#store(stateWord, broken);
      wait.outcome = { error: brokenError() };
    });
  }

  // A party that was killed during a change may have left the words inconsistent: the barrier is broken then.
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
      // No party waits for an arrival or for the start of the action, so these changes do not open the gate.
      const now = this.#load(stateWord);
      const opensGate = this.#load(roundWord) !== round || (now !== state && now !== runningAction);
      this.#mutex.release();
      if (opensGate) this.#gate.openAll();
    }
  }

  #load(word: number): number {
    return Atomics.load(this.location.segment.words, this.location.at + word);
  }

  #store(word: number, value: number): void {
    Atomics.store(this.location.segment.words, this.location.at + word, value);
  }
}

function indexOf({ outcome }: PartyWait): number {
  if (outcome !== undefined && "index" in outcome) return outcome.index;
  throw outcome?.error ?? brokenError();
}

function brokenError(): BrokenBarrierError {
  return new BrokenBarrierError(
    "Cannot wait at the Barrier: it is broken, since a wait timed out or was aborted, or its action threw, or it was reset; call reset() to use it again",
  );
}

registerShared(Barrier, import.meta.url);

import { onAbort } from "../base/abort-listener.ts";
import { checkWaitOptions, longestTimer, readTimeout, type WaitOptions } from "../base/deadline.ts";
import { onInterrupt, throwIfInterrupted } from "../base/interrupt.ts";
import type { CurrentWait } from "../base/observer.ts";
import { type ForkResettable, resetInForkedChild } from "./fork-reset.ts";
import type { Segment } from "./segment.ts";
import { forgetRunning } from "./system-thread.ts";
import { openDelayed } from "./wait/delayed-wake-ups.ts";
import { idleHookMs, runIdleHooks } from "./wait/idle-hooks.ts";
import {
  type BlockedPlace,
  beginBlocking,
  endBlocking,
  isBlockingWatched,
  type KnownGate,
  rememberGate,
} from "./wait/known-gates.ts";
import { nextRecheckMs, onRecheck, recheckMs, restartRecheck } from "./wait/recheck-timer.ts";
import { Spinner } from "./wait/spinner.ts";
import { leaveWhileBlocked, type WatchingGate, watchingGates } from "./wait/watching-gates.ts";

/**
 * Tries to do what the caller waits for, and returns whether it succeeded. A gate calls it again after each wake-up.
 * An error that it throws ends the wait.
 */
export type Attempt = () => boolean;

/** A thread that is watched while it is blocked wakes this often to answer, in milliseconds. */
const watchedNapMs = 100;

/** A waiter of this thread. */
interface Waiter {
  readonly attempt: Attempt;
  readonly settle: () => void;
  readonly fail: (reason: unknown) => void;
}

/**
 * Waits until an attempt on shared memory succeeds. Every lock, queue and connection waits at a gate, with its own
 * attempt; there is no other wait.
 *
 * Shape: one word.
 *   bit 0   a waiter may be asleep; `open()` does nothing else when the bit is clear
 *   others  count the wake-ups, so that a wake-up between an attempt and falling asleep is not lost
 *
 * `open()` wakes one thread. A waiter passes the wake-up on when its attempt succeeded and another may succeed too,
 * when its attempt threw, and when it was woken and leaves without an attempt. All waiting promises of one thread count
 * as one sleeper. `README.md` in this folder has the proof.
 */
export class Gate implements ForkResettable, KnownGate, WatchingGate {
  readonly #segment: Segment;
  readonly #word: number;
  readonly #waiters = new Set<Waiter>();
  #cancelWatch: (() => void) | undefined;
  readonly #spinner = new Spinner();
  readonly #mayAnotherSucceed: () => boolean;
  #stopRecheck: (() => void) | undefined;
  /** What its waiters wait for, if that has a name. */
  waitsFor: CurrentWait | undefined;
  isEnded: (() => boolean) | undefined;

  /**
   * @param mayAnotherSucceed whether one more attempt may succeed now, for gates that are opened for one waiter.
   *   Default: none may, as with a mutex that was just taken.
   */
  constructor(segment: Segment, word: number, mayAnotherSucceed: () => boolean = () => false) {
    this.#segment = segment;
    this.#word = word;
    this.#mayAnotherSucceed = mayAnotherSucceed;
    rememberGate(this);
  }

  /** How many promises of this thread wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /** Whether a waiter may be asleep. */
  get hasWaiters(): boolean {
    return (Atomics.load(this.#segment.words, this.#word) & 1) === 1;
  }

  /**
   * Makes one waiter try again, and further ones while their attempts may succeed. Call it after the change that they
   * wait for.
   */
  open(): void {
    if (countWakeUp(this.#segment, this.#word)) this.#segment.wakeOne(this.#word);
  }

  /**
   * Makes all waiters try again. Call it after a change that each of them waits for.
   *
   * @returns whether a thread was surely woken.
   */
  openAll(): boolean {
    return countWakeUp(this.#segment, this.#word) && this.#segment.wakeAll(this.#word);
  }

  /** Makes the waiting promises of this thread try again soon: it has changed what they wait for by itself. */
  retry(): void {
    if (this.#waiters.size > 0) queueMicrotask(() => this.#arm());
  }

  unwatch(): void {
    this.#cancelWatch?.();
    this.#forgetWatch();
  }

  #forgetWatch(): void {
    this.#cancelWatch = undefined;
    watchingGates.delete(this);
  }

  /**
   * Waits until the attempt succeeds, blocking this thread.
   *
   * @param options.spinFirst whether to retry for a few microseconds before falling asleep, see `Spinner`: for
   *   gates that know whether an attempt may succeed. Default: false.
   * @param options.skipIdleHooks whether no idle hook runs during the wait: true inside an operation that a hook could
   *   enter a second time. Such a wait cannot be interrupted. Default: false.
   * @param options.isInterruptible whether `interrupt()` ends the wait. Default: true.
   * @returns whether it succeeded before time ran out.
   * @throws {InterruptError} when this thread is interrupted; the attempt has not succeeded then.
   */
  waitSync(
    attempt: Attempt,
    timeoutMs: number,
    options: {
      readonly spinFirst?: boolean;
      readonly skipIdleHooks?: boolean;
      readonly isInterruptible?: boolean;
    } = {},
  ): boolean {
    if (options.spinFirst === true && timeoutMs > 0 && this.#spinner.spin(attempt, this.#mayAnotherSucceed))
      return true;
    // The event loop of this thread cannot take a wake-up while the thread is blocked.
    this.unwatch();
    const { skipIdleHooks = false, isInterruptible = !skipIdleHooks } = options;
    const outer = beginBlocking(this);
    try {
      return this.#sleepUntil(attempt, timeoutMs, skipIdleHooks, isInterruptible);
    } catch (error) {
      this.open();
      throw error;
    } finally {
      endBlocking(outer);
      this.retry();
    }
  }

  #sleepUntil(attempt: Attempt, timeoutMs: number, skipIdleHooks: boolean, isInterruptible: boolean): boolean {
    const deadline = timeoutMs === Number.POSITIVE_INFINITY ? timeoutMs : performance.now() + timeoutMs;
    let isFirst = true;
    for (let recheck = recheckMs; ; isFirst = false) {
      // Sets the bit before the attempt: a thread that makes the change after the attempt sees the bit and wakes this
      // one.
      const seen = Atomics.or(this.#segment.words, this.#word, 1) | 1;
      if (attempt()) {
        this.#passOn();
        return true;
      }
      const left = deadline === Number.POSITIVE_INFINITY ? deadline : deadline - performance.now();
      if (left <= 0) return false;
      // A gate that the interrupting thread does not know would wake this one late.
      if (isInterruptible) throwIfInterrupted(isFirst, recheck > recheckMs ? this.#describePlace : undefined);
      openDelayed();
      const napMs = skipIdleHooks || runIdleHooks() ? recheck : idleHookMs;
      const longestMs = isBlockingWatched() ? Math.min(napMs, watchedNapMs) : napMs;
      this.#segment.sleep(this.#word, seen, Math.min(left, longestMs, leaveWhileBlocked()));
      // The interval grows only while nothing happens here. An attempt that failed though it might have succeeded found
      // another thread in its way, which may have been stopped.
      const isIdle = Atomics.load(this.#segment.words, this.#word) === seen && !this.#mayAnotherSucceed();
      if (isIdle && napMs === recheck) forgetRunning();
      recheck = isIdle ? nextRecheckMs(recheck) : recheckMs;
    }
  }

  readonly #describePlace = (): BlockedPlace => ({ memory: this.#segment.memory, word: this.#word });

  /**
   * Waits until the attempt succeeds, and keeps the program alive meanwhile. Waiters of one thread try in the order of
   * their calls.
   *
   * @param isInterruptible whether `interrupt()` ends the wait. Default: true.
   * @returns whether it succeeded before time ran out.
   * @throws `signal.reason` when the signal aborts first; the attempt has not succeeded then. Also what
   *   `checkWaitOptions` throws, and {InterruptError} when this thread is interrupted.
   */
  async wait(attempt: Attempt, options?: WaitOptions, isInterruptible = true): Promise<boolean> {
    if (options !== undefined) checkWaitOptions(options);
    const timeoutMs = readTimeout(options?.timeoutMs);
    const signal = options?.signal;
    signal?.throwIfAborted();
    // The short way, when no earlier waiter of this thread would be overtaken.
    if (timeoutMs === 0 && this.#waiters.size > 0) this.#tryAll();
    if ((timeoutMs === 0 || this.#waiters.size === 0) && attempt()) return true;
    if (timeoutMs === 0) return false;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = () => {
        clearTimeout(timer);
        removeAbort();
        removeInterrupt?.();
        this.#waiters.delete(waiter);
        if (this.#waiters.size === 0) this.#stopWatching();
      };
      const waiter: Waiter = {
        attempt,
        settle: () => {
          leave();
          resolve(true);
        },
        fail: (reason) => {
          leave();
          reject(reason);
        },
      };
      const abort = () => {
        leave();
        reject(signal?.reason);
      };
      this.#waiters.add(waiter);
      resetInForkedChild.add(this);
      const removeAbort = onAbort(signal, abort);
      const removeInterrupt = isInterruptible ? onInterrupt(waiter.fail) : undefined;
      this.#arm();
      if (!this.#waiters.has(waiter)) return;
      if (timeoutMs <= longestTimer) {
        timer = setTimeout(() => {
          // Tries once more: after a busy time the event loop may run the timer before the wake-up. Earlier waiters go
          // first.
          this.#tryAll();
          if (!this.#waiters.has(waiter)) return;
          leave();
          resolve(false);
        }, timeoutMs);
      }
      this.#stopRecheck ??= onRecheck(() => {
        this.#arm();
        return !this.#mayAnotherSucceed();
      });
    });
  }

  #passOn(): void {
    if (this.#mayAnotherSucceed()) this.open();
  }

  // Sets the bit before the attempts, as in waitSync().
  #arm(): void {
    const { size } = this.#waiters;
    if (size === 0) return;
    const seen = Atomics.or(this.#segment.words, this.#word, 1) | 1;
    this.#tryAll();
    if (this.#waiters.size < size) this.#passOn();
    // A watch set earlier is still registered; it is woken even if the word has changed.
    if (this.#waiters.size === 0 || this.#cancelWatch !== undefined) return;
    this.#cancelWatch = this.#segment.watch(this.#word, seen, () => {
      this.#forgetWatch();
      restartRecheck();
      this.#arm();
    });
    watchingGates.add(this);
  }

  #tryAll(): void {
    for (const waiter of [...this.#waiters]) {
      // An attempt may run code of the program, which may abort another wait.
      if (!this.#waiters.has(waiter)) continue;
      try {
        if (waiter.attempt()) waiter.settle();
      } catch (error) {
        waiter.fail(error);
        this.open();
      }
    }
  }

  resetInChild(): void {
    this.#waiters.clear();
    this.#stopRecheck = undefined;
    this.#forgetWatch();
  }

  #stopWatching(): void {
    resetInForkedChild.delete(this);
    this.#stopRecheck?.();
    this.#stopRecheck = undefined;
    this.unwatch();
  }
}

/**
 * Clears bit 0 of a gate's word, and counts. Returns whether a thread may be asleep.
 *
 * When the exchange fails, another thread has just done the same. It wakes a waiter for its own change, so the caller
 * wakes one for its change too.
 */
function countWakeUp({ words }: Segment, word: number): boolean {
  const seen = Atomics.load(words, word);
  if ((seen & 1) === 0) return false;
  // +1 clears bit 0 and counts.
  Atomics.compareExchange(words, word, seen, (seen + 1) | 0);
  return true;
}

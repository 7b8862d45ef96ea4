import { checkWaitOptions, readTimeout, type WaitOptions } from "../base/deadline.ts";
import { choreMs, doChores } from "./chores.ts";
import { type UnderWay, underWay } from "./fork-forgets.ts";
import { onPulse, pulseMs } from "./pulse.ts";
import type { Segment } from "./segment.ts";

/** What is tried until it succeeds: `true` when it did. It is called again after each wake-up; what it throws ends the wait. */
export type Attempt = () => boolean;

/** What setTimeout can count: 24.8 days. */
const longestTimer = 2 ** 31 - 1;

const mostSpins = 2048;
const fewestSpins = 256;
const probeEvery = 16;

/** A waiter of this thread. */
interface Waiter {
  readonly attempt: Attempt;
  readonly settle: () => void;
  readonly fail: (reason: unknown) => void;
}

/**
 * Where one waits for something in shared memory to become possible. The only wait there is: every lock, queue and
 * connection waits at a gate, with its own idea of what is to be tried.
 *
 * Shape: one word.
 *   bit 0   somebody may be asleep here; only then does `open()` pay for a wake-up
 *   others  counts the wake-ups, so that one which comes between a look and falling asleep is not slept through
 *
 * `open()` wakes everyone, who try again: a waiter that was killed, aborted or out of time had nothing that it could take
 * with it. A thread counts once, however many of its promises wait. `README.md` beside this file has the proof.
 */
export class Gate implements UnderWay {
  readonly #segment: Segment;
  readonly #word: number;
  readonly #waiters = new Set<Waiter>();
  #cancel: (() => void) | undefined;
  #spins = mostSpins;
  #waits = 0;
  #watched = 0;
  #stopPulse: (() => void) | undefined;

  constructor(segment: Segment, word: number) {
    this.#segment = segment;
    this.#word = word;
  }

  /** Whether somebody may wait here. */
  get isAwaited(): boolean {
    return (Atomics.load(this.#segment.words, this.#word) & 1) === 1;
  }

  /** Lets everyone who waits try again. Call it after the change that they wait for. */
  open(): void {
    const { words } = this.#segment;
    const seen = Atomics.load(words, this.#word);
    if ((seen & 1) === 0) return;
    // +1 clears the bit and counts. Where this fails somebody else has just done the same, for all who slept.
    Atomics.compareExchange(words, this.#word, seen, (seen + 1) | 0);
    this.#segment.wake(this.#word);
  }

  /**
   * Waits until the attempt succeeds, blocking this thread.
   *
   * @param options.isSoon whether it is worth a few microseconds of trying before falling asleep, which takes longer than
   *   that; less and less where it was in vain. The attempt must be cheap then. Default: false.
   * @param options.isInternal whether the caller is inside an operation of ours, which a chore could enter a second time: no
   *   chore runs during such a wait. Default: false.
   * @returns whether it did before time ran out.
   */
  waitSync(
    attempt: Attempt,
    timeoutMs: number,
    options: { readonly isSoon?: boolean; readonly isInternal?: boolean } = {},
  ): boolean {
    if (options.isSoon === true && timeoutMs > 0 && this.#spin(attempt)) return true;
    const deadline = timeoutMs === Number.POSITIVE_INFINITY ? timeoutMs : performance.now() + timeoutMs;
    for (;;) {
      // Told before looked: whoever makes the change after this look sees the bit and wakes us.
      const seen = Atomics.or(this.#segment.words, this.#word, 1) | 1;
      if (attempt()) return true;
      const left = deadline === Number.POSITIVE_INFINITY ? deadline : deadline - performance.now();
      if (left <= 0) return false;
      const napMs = options.isInternal === true || doChores() ? pulseMs : choreMs;
      this.#segment.sleep(this.#word, seen, Math.min(left, napMs));
    }
  }

  /**
   * Waits until the attempt succeeds, and keeps the program alive meanwhile. Waiters of one thread try in the order in
   * which they came.
   *
   * @returns whether it did before time ran out.
   * @throws `signal.reason` when the signal aborts first; the attempt has not succeeded then. As `checkWaitOptions` does.
   */
  async wait(attempt: Attempt, options?: WaitOptions): Promise<boolean> {
    if (options !== undefined) checkWaitOptions(options);
    const timeoutMs = readTimeout(options?.timeoutMs);
    const signal = options?.signal;
    signal?.throwIfAborted();
    // Nobody of this thread is overtaken, and nothing has to be set up.
    if (this.#waiters.size === 0 && attempt()) return true;
    if (timeoutMs === 0) return false;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        this.#waiters.delete(waiter);
        if (this.#waiters.size === 0) this.#rest();
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
      underWay.add(this);
      signal?.addEventListener("abort", abort);
      this.#arm();
      if (!this.#waiters.has(waiter)) return;
      if (timeoutMs <= longestTimer) {
        timer = setTimeout(() => {
          // A last look: a loop that was busy may find the timer before the wake-up.
          this.#try(waiter);
          if (!this.#waiters.has(waiter)) return;
          leave();
          resolve(false);
        }, timeoutMs);
      }
      this.#stopPulse ??= onPulse(() => this.#arm());
    });
  }

  #spin(attempt: Attempt): boolean {
    // Now and then all the same: what was too slow once may be fast by now.
    const spins = ++this.#waits % probeEvery === 0 ? mostSpins : this.#spins;
    for (let spin = 0; spin < spins; spin++) {
      if (attempt()) {
        this.#spins = Math.min(mostSpins, spins * 2);
        return true;
      }
    }
    this.#spins = Math.max(fewestSpins, this.#spins >> 1);
    return false;
  }

  // As in waitSync: told before looked.
  #arm(): void {
    if (this.#waiters.size === 0) return;
    const seen = Atomics.or(this.#segment.words, this.#word, 1) | 1;
    for (const waiter of [...this.#waiters]) this.#try(waiter);
    if (this.#waiters.size === 0 || (this.#cancel !== undefined && this.#watched === seen)) return;
    this.#cancel?.();
    this.#watched = seen;
    this.#cancel = this.#segment.watch(this.#word, seen, () => {
      this.#cancel = undefined;
      this.#arm();
    });
  }

  #try(waiter: Waiter): void {
    try {
      if (waiter.attempt()) waiter.settle();
    } catch (error) {
      waiter.fail(error);
    }
  }

  forget(): void {
    this.#waiters.clear();
    this.#stopPulse = undefined;
    this.#cancel = undefined;
  }

  #rest(): void {
    underWay.delete(this);
    this.#stopPulse?.();
    this.#stopPulse = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

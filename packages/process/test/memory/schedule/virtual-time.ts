interface Timer {
  due: number;
  readonly everyMs: number | undefined;
  readonly callback: () => void;
}

/** Replaces the timers of a thread by some that follow the schedule's virtual time. */
export class VirtualTime {
  readonly #now: () => number;
  readonly #timers = new Map<number, Timer>();
  #lastId = 0;

  /** @param now the virtual time in ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Replaces `performance.now`, `setTimeout`, `setInterval` and what clears them, in this thread. */
  install(): void {
    const set =
      (repeats: boolean) =>
      (callback: (...args: unknown[]) => void, ms: number, ...args: unknown[]) => {
        const everyMs = repeats ? ms : undefined;
        this.#timers.set(++this.#lastId, { due: this.#now() + ms, everyMs, callback: () => callback(...args) });
        return this.#lastId;
      };
    const clear = (id: number) => this.#timers.delete(id);
    performance.now = this.#now;
    Object.assign(globalThis, {
      setTimeout: set(false),
      setInterval: set(true),
      clearTimeout: clear,
      clearInterval: clear,
    });
  }

  /** How long until a timer is due; `Infinity` when there is none. */
  get untilNext(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { due } of this.#timers.values()) next = Math.min(next, due);
    return Math.max(0, next - this.#now());
  }

  /** Calls back the timers that are due. Returns whether there was one. */
  runDue(): boolean {
    const now = this.#now();
    let hasRun = false;
    for (const [id, timer] of [...this.#timers]) {
      if (timer.due > now || !this.#timers.has(id)) continue;
      hasRun = true;
      if (timer.everyMs === undefined) this.#timers.delete(id);
      else timer.due += timer.everyMs;
      timer.callback();
    }
    return hasRun;
  }

  /** Forgets all timers. */
  clear(): void {
    this.#timers.clear();
  }
}

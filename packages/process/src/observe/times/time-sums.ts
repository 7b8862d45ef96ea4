import type { PerformanceObserver as GcObserver } from "node:perf_hooks";
import type { CurrentWait, WaitKind } from "../../base/observer.ts";
import { kernelThreadId, readProcessorTimes } from "../record/sampler.ts";
import type { ProcessTimes, WaitTime } from "./process-times.ts";

/** How often the idle time is added to what the thread awaits then, in milliseconds. */
const tickMs = 20;

/** What a {@link TimeSums} reads of its thread. */
export interface TimeSources {
  /** What the code of this thread awaits. */
  awaited(): readonly CurrentWait[];
  /** What blocks this thread; `undefined` while nothing does. */
  blocking(): { readonly wait: CurrentWait | undefined } | undefined;
  /** Sets what is called before this thread is blocked and after it. */
  onBlocking(listener: (() => void) | undefined): void;
}

/** When code awaits several things at once, idle time counts as a wait for the first of these, as in a trace. */
const priorities: readonly WaitKind[] = ["lock", "queue", "message", "child"];

/**
 * Adds up where the time of this thread goes. The time in which it is blocked belongs to what blocks it; the idle time
 * of its event loop belongs to what its code awaits at the next tick; at all other times it computes.
 */
export class TimeSums {
  readonly #sources: TimeSources;
  readonly #threadId = process.getBuiltinModule("node:worker_threads").threadId;
  readonly #tid = kernelThreadId();
  readonly #beganAt = performance.now();
  readonly #readyAt = this.#readyMs() ?? 0;
  readonly #tick: NodeJS.Timeout;
  readonly #gcObserver: GcObserver;
  #settledAt = this.#beganAt;
  #idleSeen = performance.nodeTiming.idleTime;
  #computingMs = 0;
  #gcMs = 0;
  #idleMs = 0;
  readonly #waits = new Map<string, { kind: WaitKind; name: string; ms: number }>();

  constructor(sources: TimeSources) {
    this.#sources = sources;
    sources.onBlocking(() => this.#settle());
    this.#tick = setInterval(() => this.#settle(), tickMs).unref();
    const { PerformanceObserver } = process.getBuiltinModule("node:perf_hooks");
    this.#gcObserver = new PerformanceObserver((list) => this.#addGc(list.getEntries()));
    this.#gcObserver.observe({ entryTypes: ["gc"] });
  }

  /** The sums until now. */
  read(): ProcessTimes {
    this.#settle();
    this.#addGc(this.#gcObserver.takeRecords());
    const blocking = this.#sources.blocking();
    const now = blocking === undefined ? this.#firstAwaited() : blocking.wait;
    const readyMs = this.#readyMs();
    return {
      watchedMs: this.#settledAt - this.#beganAt,
      computingMs: Math.max(0, this.#computingMs - this.#gcMs),
      gcMs: this.#gcMs,
      idleMs: this.#idleMs,
      waits: [...this.#waits.values()].sort((a, b) => b.ms - a.ms),
      noProcessorMs: readyMs === null ? null : readyMs - this.#readyAt,
      waitsFor: now === undefined ? null : { kind: now.kind, name: now.subject.name, holder: now.holder?.() ?? null },
    };
  }

  end(): void {
    this.#sources.onBlocking(undefined);
    clearInterval(this.#tick);
    this.#gcObserver.disconnect();
  }

  #settle(): void {
    const now = performance.now();
    const elapsed = now - this.#settledAt;
    const { idleTime } = performance.nodeTiming;
    const idle = Math.min(elapsed, idleTime - this.#idleSeen);
    this.#settledAt = now;
    this.#idleSeen = idleTime;
    const blocking = this.#sources.blocking();
    if (blocking !== undefined) this.#addWait(blocking.wait, elapsed);
    else {
      this.#computingMs += elapsed - idle;
      if (idle > 0) this.#addWait(this.#firstAwaited(), idle);
    }
  }

  #addWait(wait: CurrentWait | undefined, ms: number): void {
    if (wait === undefined) {
      this.#idleMs += ms;
      return;
    }
    const { kind, subject } = wait;
    const key = `${kind} ${subject.id}`;
    const known = this.#waits.get(key);
    if (known === undefined) this.#waits.set(key, { kind, name: subject.name, ms } satisfies WaitTime);
    else known.ms += ms;
  }

  #firstAwaited(): CurrentWait | undefined {
    const rank = ({ kind }: CurrentWait) => priorities.indexOf(kind);
    let first: CurrentWait | undefined;
    for (const wait of this.#sources.awaited()) if (first === undefined || rank(wait) < rank(first)) first = wait;
    return first;
  }

  #addGc(entries: ReturnType<GcObserver["takeRecords"]>): void {
    for (const { startTime, duration } of entries) if (startTime >= this.#beganAt) this.#gcMs += duration;
  }

  #readyMs(): number | null {
    return readProcessorTimes(this.#threadId, this.#tid).readyMs;
  }
}

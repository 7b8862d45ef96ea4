import type { PerformanceObserver as GcObserver } from "node:perf_hooks";
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
import type { ProcessHeader } from "./event.ts";
import { EventFile } from "./event-file.ts";
import { kernelThreadId, readProcessorTimes } from "./sampler.ts";

/** How often the event loop's idle time is read, in milliseconds. */
const tickMs = 20;
/** Every so many ticks, the processor time is read and the file written. */
const ticksPerSample = 5;
/** Shorter waits, holds and idle times are no events, in microseconds. */
const shortest = 20;
/** A wait that is longer than this is written at once, so that the trace of a killed process shows it, in ms. */
const longWaitMs = 20;

/** What the recorder of a process must know. */
export interface RecorderSettings extends Pick<ProcessHeader, "id" | "parent" | "name" | "startMethod"> {
  readonly path: string;
  /** Whether the file is made for the first event: a fork may become the child of a Process, which has its own file. */
  readonly isLazy: boolean;
  /** The program's part of ids. */
  readonly program: string;
  /** The begin of the trace, by `process.hrtime.bigint()`: a clock that all processes of a machine share. */
  readonly began: bigint;
}

/** Records the events of this thread in a file. */
export class Recorder implements Observer {
  readonly tracksFlows = false;
  readonly #file: EventFile;
  readonly #program: string;
  readonly #pid = process.pid;
  readonly #threadId = process.getBuiltinModule("node:worker_threads").threadId;
  readonly #tid = kernelThreadId();
  /** What is added to `performance.now()`, in milliseconds. */
  readonly #offsetMs: number;
  readonly #names = new Map<string, { readonly index: number; readonly name: string }>();
  readonly #heldSince = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  readonly #tick: NodeJS.Timeout;
  readonly #gcObserver: GcObserver;
  #ticks = 0;
  #idleMs = performance.nodeTiming.idleTime;
  #idleUntil = 0;
  /** Whether this process has only been idle since the last idle time, as far as its events say. */
  #isQuiet = false;
  #writesThrough = false;

  constructor({ path, program, began, id, parent, name, startMethod, isLazy }: RecorderSettings) {
    this.#program = program;
    this.#offsetMs = Number(process.hrtime.bigint() - began) / 1e6 - performance.now();
    const header: ProcessHeader = {
      version: 1,
      id,
      parent,
      name,
      pid: process.pid,
      threadId: this.#threadId,
      tid: this.#tid,
      startMethod,
      node: process.version,
      argv: process.argv.slice(1, 5),
    };
    this.#file = new EventFile(path, ["process", this.now(), header]);
    if (!isLazy) this.#file.open();
    this.#tick = setInterval(() => this.#onTick(), tickMs).unref();
    const { PerformanceObserver } = process.getBuiltinModule("node:perf_hooks");
    this.#gcObserver = new PerformanceObserver((list) => this.#recordGc(list.getEntries()));
    this.#gcObserver.observe({ entryTypes: ["gc"] });
    process.on("exit", this.#onExit);
  }

  /** Microseconds since the trace began. @param ms by `performance.now()`. */
  now(ms = performance.now()): number {
    return Math.round((ms + this.#offsetMs) * 10_000) / 10;
  }

  wait(details: WaitDetails): ObservedWait {
    return new RecordedWait(this, details);
  }

  /** Records a wait that has begun, at once. */
  waiting(begin: number, { kind, subject, isBlocking }: WaitDetails, holder: string | undefined): void {
    this.#file.add(["waiting", begin, kind, this.#nameOf(subject), isBlocking ? 1 : 0, holder ?? null]);
    this.#file.flush();
  }

  /** Records a wait that has ended. */
  waited(begin: number, { kind, subject, isBlocking }: WaitDetails, holder: string | undefined): void {
    const duration = round(this.now() - begin);
    if (!isBlocking) this.#readIdle();
    if (duration < shortest) return;
    const name = this.#nameOf(subject);
    this.#add(["wait", begin, duration, kind, name, isBlocking ? 1 : 0, holder ?? null]);
  }

  taken(lock: Subject, _flow?: Flow): void {
    this.#heldSince.set(lock.id, this.now());
  }

  released(lock: Subject): void {
    const since = this.#heldSince.get(lock.id);
    if (since === undefined) return;
    this.#heldSince.delete(lock.id);
    const duration = round(this.now() - since);
    if (duration >= shortest) this.#add(["hold", since, duration, this.#nameOf(lock)]);
  }

  scope(): void {}

  put(queue: Subject, position: number, bytes: number): void {
    this.#add(["put", this.now(), this.#nameOf(queue), position, bytes]);
  }

  got(queue: Subject, position: number, bytes: number): void {
    this.#add(["got", this.now(), this.#nameOf(queue), position, bytes]);
  }

  message(edge: "sent" | "received", channel: string, bytes: number | null): void {
    if (edge === "received") this.#readIdle();
    const key = `${edge} ${channel}`;
    const number = this.#counts.get(key) ?? 0;
    this.#counts.set(key, number + 1);
    const name = `${this.#program}.${channel}`;
    this.#add([edge, this.now(), this.#nameOf({ id: name, name }), number, bytes]);
  }

  child(edge: ChildEdge, child: ObservedChild): void {
    const { name, startMethod = null, exitCode = null, pid = null, threadId = null } = child;
    const id = [this.#program, ...child.lineage].join(".");
    this.#add(["child", this.now(), edge, id, name, startMethod, exitCode, pid, threadId]);
    this.#file.flush();
  }

  reached(state: "running" | "answered"): void {
    this.#add(["reached", this.now(), state]);
  }

  task(edge: TaskEdge, id: number, name: string, items: number): void {
    if (edge === "settled") this.#readIdle();
    this.#add(["task", this.now(), edge, id, this.#nameOf({ id: `task ${name}`, name }), items]);
  }

  ran(id: number, name: string, items: number, startedAt: number): void {
    const begin = this.now(startedAt);
    this.#add(["ran", begin, round(this.now() - begin), id, this.#nameOf({ id: `task ${name}`, name }), items]);
  }

  /** Stops in a fork of the process that it is of. */
  abandon(): void {
    this.#file.abandon();
    clearInterval(this.#tick);
    this.#gcObserver.disconnect();
    process.off("exit", this.#onExit);
  }

  #add(event: Parameters<EventFile["add"]>[0]): void {
    this.#isQuiet = false;
    this.#file.add(event);
    if (this.#writesThrough) this.#file.flush();
  }

  #nameOf({ id, name }: Subject): number {
    const known = this.#names.get(id);
    if (known?.name === name) return known.index;
    const index = known?.index ?? this.#names.size;
    this.#names.set(id, { index, name });
    this.#file.add(["name", index, id, name]);
    return index;
  }

  #onTick(): void {
    this.#readIdle();
    this.#ticks += 1;
    if (this.#ticks % ticksPerSample === 0) {
      this.#sample();
      this.#file.flush();
    }
  }

  // What the event loop was idle since the last reading is drawn as one time before now: a reading follows each wake-up
  // that this package sees, and each tick.
  #readIdle(): void {
    const { idleTime } = performance.nodeTiming;
    const gained = round((idleTime - this.#idleMs) * 1000);
    this.#idleMs = idleTime;
    if (gained < shortest) return;
    const now = this.now();
    const begin = Math.max(this.#idleUntil, round(now - gained));
    // What is between is the recorder's own tick.
    const joined = this.#isQuiet && begin - this.#idleUntil < 1000 ? this.#idleUntil : begin;
    this.#idleUntil = now;
    this.#add(["idle", joined, round(now - joined)]);
    this.#isQuiet = true;
  }

  #sample(): void {
    const { userMs, systemMs, readyMs } = readProcessorTimes(this.#threadId, this.#tid);
    const { used_heap_size } = process.getBuiltinModule("node:v8").getHeapStatistics();
    this.#file.add(["cpu", this.now(), round(userMs), round(systemMs), readyMs && round(readyMs), used_heap_size]);
  }

  #recordGc(entries: ReturnType<GcObserver["takeRecords"]>): void {
    for (const entry of entries) {
      const { startTime, duration } = entry;
      const { kind } = (entry as unknown as { readonly detail: { readonly kind: number } }).detail;
      this.#add(["gc", this.now(startTime), round(duration * 1000), kind]);
    }
  }

  // Later exit handlers may still wait and put: their events are written at once.
  readonly #onExit = (code: number) => {
    if (process.pid !== this.#pid) return;
    this.#recordGc(this.#gcObserver.takeRecords());
    this.#readIdle();
    this.#sample();
    this.#add(["end", this.now(), code]);
    this.#file.close(this.now());
    this.#writesThrough = true;
  };
}

/** A wait in a trace: an event when it is over, and one before that when it is long. */
class RecordedWait implements ObservedWait {
  readonly #recorder: Recorder;
  readonly #details: WaitDetails;
  #begin: number | undefined;
  #holder: string | undefined;
  #isOver = false;
  #isWritten = false;

  constructor(recorder: Recorder, details: WaitDetails) {
    this.#recorder = recorder;
    this.#details = details;
  }

  tried(hasSucceeded: boolean): boolean {
    if (this.#isOver) return hasSucceeded;
    if (hasSucceeded) {
      this.end();
      if (this.#details.kind === "lock") this.#recorder.taken(this.#details.subject);
    } else if (this.#begin === undefined) {
      this.#begin = this.#recorder.now();
      this.#holder = this.#details.holder?.();
    } else if (!this.#isWritten && this.#recorder.now() - this.#begin > longWaitMs * 1000) {
      this.#isWritten = true;
      this.#recorder.waiting(this.#begin, this.#details, this.#holder);
    }
    return hasSucceeded;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#begin !== undefined) this.#recorder.waited(this.#begin, this.#details, this.#holder);
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** How many threads a program may have. */
export const maxThreads = 6;
/** How many promises of `Atomics.waitAsync` may be pending in a thread at once. */
export const maxWatches = 8;
/** A schedule with more steps fails: its threads run without end. */
export const maxSteps = 6000;
/** How many numbers a thread may log. */
export const maxLog = 64;

/** The state of a thread. */
export const Status = { runnable: 0, asleep: 1, finished: 2, killed: 3 } as const;

/** The state of a place in {@link Control.watches}. */
export const Watch = { unused: 0, waiting: 1, notified: 2 } as const;

/** The "word" on which a thread sleeps while its event loop is idle. */
export const eventLoop = -1;

/** No deadline. */
export const never = -1;

/** A choice beside a thread's index: the running thread is killed. */
export const kill = 100;
/** Plus a thread's index, the choice that this thread's sleep times out now and it runs. */
export const timeOut = 200;

/** A decision of the scheduler, as {@link Control.readTrace} returns it. */
export interface Decision {
  readonly step: number;
  /** The thread that is about to make a step; -1 when it blocked or ended, so that the switch is free. */
  readonly current: number;
  /** The threads that could run, a bit each. */
  readonly runnable: number;
  /** The threads whose sleep could end by its timeout, a bit each. */
  readonly sleepers: number;
  /** Identifies the state, see `History.key`. */
  readonly key: number;
}

const threadWords = 16;
const traceWords = 5;
const journalWords = 4;
const maxDeviations = 256;

const sizes = {
  global: 16,
  turns: maxThreads + 1,
  threads: maxThreads * threadWords,
  watches: maxThreads * maxWatches * 3,
  deviations: maxDeviations * 2,
  trace: maxSteps * traceWords,
  journal: maxSteps * journalWords,
  logs: maxThreads * maxLog,
  failure: 1024,
};

/**
 * The memory in which the explorer and the workers keep the state of a schedule. They read and write it without
 * `Atomics`, since only one of them runs at any time; the exception is `turns`, by which they hand over.
 */
export class Control {
  readonly memory: SharedArrayBuffer;
  /** The words named in {@link Global}. */
  readonly global: Int32Array;
  /** For each thread and then for the explorer, 1 when it is to run. */
  readonly turns: Int32Array;
  /** The words named in {@link Thread} of each thread, see {@link at}. */
  readonly threads: Int32Array;
  /** For each thread {@link maxWatches} places of three words: a {@link Watch}, the watched word, the order. */
  readonly watches: Int32Array;
  /** Two words for each deviation from the default schedule: the step and what is chosen there. */
  readonly deviations: Int32Array;
  /** The decisions after the last deviation, by step. */
  readonly trace: Int32Array;
  /** Four words for each operation: thread, operation, word, result. */
  readonly journal: Int32Array;
  /** For each thread {@link maxLog} numbers. */
  readonly logs: Int32Array;
  /** UTF-16 units of the failure's message. */
  readonly failure: Int32Array;

  constructor(memory?: SharedArrayBuffer) {
    const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
    this.memory = memory ?? new SharedArrayBuffer(total * 4);
    let at = 0;
    const area = (size: number) => {
      at += size;
      return new Int32Array(this.memory, (at - size) * 4, size);
    };
    this.global = area(sizes.global);
    this.turns = area(sizes.turns);
    this.threads = area(sizes.threads);
    this.watches = area(sizes.watches);
    this.deviations = area(sizes.deviations);
    this.trace = area(sizes.trace);
    this.journal = area(sizes.journal);
    this.logs = area(sizes.logs);
    this.failure = area(sizes.failure);
  }

  get(word: number): number {
    return this.global[word] as number;
  }

  set(word: number, value: number): void {
    this.global[word] = value;
  }

  /** The index in {@link threads} of a thread's word. */
  at(thread: number, word: number): number {
    return thread * threadWords + word;
  }

  /** Records the first failure of a schedule. Later failures are consequences of the first, and are dropped. */
  fail(message: string): void {
    if (this.get(Global.failureLength) > 0) return;
    const length = Math.min(message.length, sizes.failure);
    for (let i = 0; i < length; i++) this.failure[i] = message.charCodeAt(i);
    this.set(Global.failureLength, length);
  }

  get failureText(): string {
    return String.fromCharCode(...this.failure.subarray(0, this.get(Global.failureLength)));
  }

  addTrace(decision: Decision): void {
    const at = decision.step * traceWords;
    this.trace[at] = decision.current;
    this.trace[at + 1] = decision.runnable | (decision.sleepers << 16);
    this.trace[at + 2] = Math.floor(decision.key / 2 ** 26);
    this.trace[at + 3] = decision.key % 2 ** 26;
  }

  readTrace(step: number): Decision {
    const at = step * traceWords;
    const masks = this.trace[at + 1] as number;
    const key = (this.trace[at + 2] as number) * 2 ** 26 + (this.trace[at + 3] as number);
    return { step, current: this.trace[at] as number, runnable: masks & 0xffff, sleepers: masks >>> 16, key };
  }

  addToJournal(thread: number, operation: number, word: number, result: number): void {
    const entry = this.get(Global.journalLength);
    if (entry >= maxSteps) return;
    this.set(Global.journalLength, entry + 1);
    this.journal.set([thread, operation, word, result], entry * journalWords);
  }
}

/** Words of {@link Control.global}. */
export const Global = {
  /** How many decisions were made. */
  step: 0,
  /** From which step on decisions are traced. */
  traceFrom: 1,
  deviationCount: 2,
  /** How many of the deviations were made. */
  deviationsMade: 3,
  /** The virtual time in ms. */
  clock: 4,
  /** Counts sleeps and watches, which are woken in this order. */
  order: 5,
  /** The thread that was killed, plus 1. */
  killed: 6,
  /** 1 when nothing can happen any more and all threads are to end. */
  isOver: 7,
  /** The threads that were asleep then, a bit each. */
  asleep: 8,
  /** The checksum of the shared memory at the last moment at which no thread could run. */
  checksum: 9,
  /** Since when the checksum has been the same. */
  quietSince: 10,
  failureLength: 11,
  journalLength: 12,
  threadCount: 13,
  longestNap: 14,
  /** How many sleeps ended by their timeout because no thread could run. */
  timeouts: 15,
} as const;

/** Words of {@link Control.threads}. */
export const Thread = {
  /** A {@link Status}. */
  status: 0,
  /** The word on which it sleeps, or {@link eventLoop}. */
  word: 1,
  /** When its sleep ends, or {@link never}. */
  deadline: 2,
  /** How long its sleep is at most. */
  nap: 3,
  /** When it fell asleep, by {@link Global.order}. */
  order: 4,
  /** 1 when its last sleep ended by its timeout. */
  isTimedOut: 5,
  logLength: 6,
  /** Two words: a hash of all that the thread has seen. */
  history: 8,
} as const;

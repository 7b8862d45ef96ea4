/** A shared object as traces and reports of deadlocks name it. */
export interface Subject {
  /** Distinguishes the object from all others of the program; the same in all threads and processes. */
  readonly id: string;
  /** For people; need not be unique. */
  readonly name: string;
}

/** What code waits for: a lock, a value or space of a queue, a message, or the end or the result of a child. */
export type WaitKind = "lock" | "queue" | "message" | "child";

/** What code waits for at a gate, for programs that watch this one. */
export interface CurrentWait {
  readonly kind: WaitKind;
  readonly subject: Subject;
  /** The thread that holds the lock now; `undefined` when none does. */
  holder?(): string | undefined;
}

/** A chain of calls, see `sync/async-flow.ts`. It holds locks and waits, as a thread does in Python. */
export interface Flow {
  readonly id: number;
  /** The number of locks that it owns. */
  locksOwned: number;
  /** The flow around it. */
  readonly parent: Flow | undefined;
}

/** How other threads end a wait. */
export interface WaitEnders {
  /** The names of the threads of which each may end it, see `memory/system-thread.ts`. */
  threads(): readonly string[];
  /** What the wait is for, in messages: `room in jobs for 40 values`. */
  object(): string;
  /** How they end it, in messages: `could read`. */
  readonly act: "could read" | "could put" | "ends";
}

/** The details of a wait. */
export interface WaitDetails {
  readonly kind: WaitKind;
  readonly subject: Subject;
  /** Whether the thread is blocked meanwhile. Otherwise its event loop runs. */
  readonly isBlocking: boolean;
  /** Whether the wait ends by itself, after a time or by a signal. */
  readonly isLimited: boolean;
  /** The thread that holds the lock now, as `Segment.participantName` gives it; `undefined` when none does. */
  holder?(): string | undefined;
  /** The caller's flow, when {@link Observer.tracksFlows}. */
  readonly flow?: Flow | undefined;
  /** Whether the wait must end with success, so that no error may end it. Default: false. */
  readonly mustSucceed?: boolean;
  /** How many holders the lock may have. Default: 1. */
  readonly capacity?: number;
  /** Default: the holders of a lock. Other waits may end at any time. */
  readonly enders?: WaitEnders;
}

/** A wait that is observed. */
export interface ObservedWait {
  /**
   * Takes the outcome of an attempt. The wait begins with the first one that fails. After one that succeeds, the
   * thread holds the lock.
   *
   * @returns the outcome.
   * @throws {DeadlockError} when the wait cannot end.
   */
  tried(hasSucceeded: boolean): boolean;
  /** The wait is over, with or without success. Idempotent. */
  end(): void;
}

/** A state change of a child, as its parent sees it. */
export type ChildEdge = "new" | "started" | "exited" | "reaped";

/** A state change of a pool's task: sent by the pool, settled there. */
export type TaskEdge = "sent" | "settled";

/**
 * Records what this thread does, for a trace or to find deadlocks. A process that is observed has one; the code of
 * recorders is loaded only then.
 */
export interface Observer {
  /**
   * Whether waits and acquisitions have the flow of their caller, and are tried until they end. Both cost more than the
   * rest.
   */
  readonly tracksFlows: boolean;
  /** A wait that may have to wait. */
  wait(details: WaitDetails): ObservedWait;
  /** This thread has acquired a lock without a wait. */
  taken(lock: Subject, flow: Flow | undefined): void;
  released(lock: Subject): void;
  /** A function begins or ends at whose end this package releases a lock that is held now. */
  scope(edge: "begins" | "ends", lock: Subject): void;
  /** A value was written to a queue or a pipe, at a position that no other value of it has. */
  put(queue: Subject, position: number, bytes: number): void;
  got(queue: Subject, position: number, bytes: number): void;
  /** @param bytes `null` between threads, where V8 copies the message without counting. */
  message(edge: "sent" | "received", channel: string, bytes: number | null): void;
  child(edge: ChildEdge, child: ObservedChild): void;
  /** This process calls its target, or has sent its result. */
  reached(state: "running" | "answered"): void;
  task(edge: TaskEdge, id: number, name: string, items: number): void;
  /** A worker has run a task. @param startedAt by `performance.now()`. */
  ran(id: number, name: string, items: number, startedAt: number): void;
}

/** A child as its parent knows it. */
export interface ObservedChild {
  /** Its position in the process tree, as of `Identity`. */
  readonly lineage: readonly number[];
  readonly name: string;
  readonly startMethod?: string;
  readonly exitCode?: number;
  /** Where it ran, when it has exited. */
  readonly pid?: number;
  readonly threadId?: number;
  /** The name of its main thread, see `memory/system-thread.ts`; `undefined` while that is unknown. */
  thread?(): string | undefined;
}

/** The observer of this thread; `undefined` while it is not observed. */
export let observer: Observer | undefined;

/** Sets the observer of this thread. */
export function setObserver(to: Observer | undefined): void {
  observer = to;
}

import { LockStateError } from "../base/errors.ts";
import { labelKey } from "../base/label.ts";
import type { Observer } from "../base/observer.ts";
import { Mutex } from "../memory/mutex.ts";
import type { WaitSubject } from "../memory/observed-wait.ts";
import { type AsyncFlow, flowForAwaitedCall, flowForBlockingCall } from "./async-flow.ts";
import { Lockable } from "./lockable.ts";

/** What Lock and RLock have in common: one holder at a time, and `abandoned` after a holder that ended. */
export abstract class MutexLock extends Lockable {
  protected readonly mutex: Mutex;

  constructor(byteLength: number) {
    super(byteLength);
    this.mutex = new Mutex(this.location.segment, this.location.at);
    this.mutex.gate.waitsFor = { kind: "lock", subject: this[labelKey], holder: () => this.#holder() };
  }

  /** Whether the caller holds it: for a Lock the thread, for an RLock the async flow. */
  abstract get isMine(): boolean;

  /**
   * Releases it completely, also when it was acquired several times, for the wait of a Condition.
   *
   * @returns an attempt to acquire it as often again for the same owner.
   */
  abstract suspend(): () => boolean;

  get locked(): boolean {
    return this.mutex.holder !== 0;
  }

  /**
   * Whether a holder ended without releasing it, so that the protected data may be inconsistent. It stays true until a
   * holder calls {@link consistent}.
   */
  get abandoned(): boolean {
    return this.mutex.isAbandoned;
  }

  /**
   * Marks the protected data as consistent again, after its repair by the caller.
   *
   * @throws {LockStateError} when the caller does not hold it.
   */
  consistent(): void {
    if (!this.isMine)
      throw new LockStateError(
        `Cannot mark the ${this.constructor.name} as consistent: the caller does not hold it, acquire it first`,
      );
    this.mutex.repair();
  }

  /** A Condition waits here to acquire it again. */
  get gate(): Mutex["gate"] {
    return this.mutex.gate;
  }

  /** @internal What a wait for it waits for, for the observer. @param flow default: the caller's. */
  waitSubject(observer: Observer, isBlocking: boolean, flow?: AsyncFlow): WaitSubject {
    return { kind: "lock", subject: this[labelKey], holder: this.#holder, flow: flow ?? flowOf(observer, isBlocking) };
  }

  override toString(): string {
    const holder = this.#holder();
    return `${this.constructor.name}(${holder === undefined ? "free" : `held by ${holder}${this.heldDetail}`})`;
  }

  readonly #holder = (): string | undefined => {
    const { holder } = this.mutex;
    const { segment } = this.location;
    if (holder === 0) return undefined;
    return holder === segment.selfId ? "this thread" : segment.participantName(holder);
  };

  /** More about its holder, for text. Default: nothing. */
  protected get heldDetail(): string {
    return "";
  }
}

/** The caller's flow, for an observer that needs it. */
export function flowOf({ tracksFlows }: Observer, isBlocking: boolean): AsyncFlow | undefined {
  if (!tracksFlows) return undefined;
  return isBlocking ? flowForBlockingCall() : flowForAwaitedCall();
}

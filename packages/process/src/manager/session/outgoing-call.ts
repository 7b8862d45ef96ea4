import type { WaitOptions } from "../../base/deadline.ts";

/** The owner of calls: its calls can be cancelled together, and end when it is released. */
export interface CallOwner {
  /** The numbers of its calls in flight. */
  readonly calls: Set<number>;
  readonly isReleased: boolean;
  /** Whether its caller has ended the object, such as a pool, and with it the object's calls. */
  readonly isEnding: boolean;
}

/** A call of a method of an object at the other side. */
export interface OutgoingCall {
  /** The id of the object; 0 is the other side itself, a negative number is a callback. */
  readonly to: number;
  readonly method: string;
  readonly args: readonly unknown[];
  /** The name of the call in errors. */
  readonly what: string;
  /** Default: no limit. */
  readonly options?: WaitOptions | undefined;
  /** Default: none; the call ends only with the session. */
  readonly owner?: CallOwner;
}

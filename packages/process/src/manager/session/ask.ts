import type { WaitOptions } from "../../base/deadline.ts";

/** On whose behalf calls are made: they end when it lets go. */
export interface Caller {
  /** The numbers of its calls under way. */
  readonly calls: Set<number>;
  readonly isReleased: boolean;
}

/** A call of a method of an object at the other side. */
export interface Ask {
  /** The object's number; 0 is the other side itself. */
  readonly to: number;
  readonly method: string;
  readonly args: readonly unknown[];
  /** How errors name it. */
  readonly what: string;
  /** Default: no limit. */
  readonly options?: WaitOptions | undefined;
  /** On whose behalf. Default: nobody's, and it ends only with the session. */
  readonly caller?: Caller;
}

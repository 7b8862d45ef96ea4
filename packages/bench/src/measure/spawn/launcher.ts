import type { Ballast, Family } from "../../base/spawn-result.ts";

/** A child's life in stamps of the machine-wide monotonic clock, in nanoseconds. */
export interface Stamps {
  readonly callNs: number;
  readonly returnedNs: number;
  readonly bornNs?: number;
  readonly readyNs?: number;
  readonly sentNs?: number;
  readonly begunNs?: number;
  readonly answeredNs?: number;
  readonly stoppedNs?: number;
  readonly goneNs: number;
}

/** A child that stays idle until it is let go. */
export interface Held {
  /** Absent for a thread, which has no process of its own. */
  readonly pid?: number;
  release(): Promise<void>;
}

/** A way to make children, ready to be used. */
export interface OpenMethod {
  /** Makes one child that does one empty job and ends; comes back when it is gone. */
  bear(): Promise<Stamps>;
  /** Makes so many at once. Default: so many times `bear`, at once. @returns from the first call until the last is gone, in nanoseconds. */
  burst?(children: number): Promise<number>;
  /** Makes one that stays, to weigh it and to crowd the next one; absent where that cannot be done alike. */
  hold?(): Promise<Held>;
  /** The process whose children they are. Default: this one. */
  readonly parent?: number;
  close?(): Promise<void>;
}

/** One way to make children. Adding one is adding a file, and a line in `spawn-methods.ts`. */
export interface SpawnMethod {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  /** False when its cost has nothing to do with what this process holds. */
  readonly feelsBallast: boolean;
  /** @throws {Error} saying what is missing. */
  open(ballast: Ballast): Promise<OpenMethod>;
}

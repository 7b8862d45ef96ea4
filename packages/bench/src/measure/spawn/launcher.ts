import type { Ballast, ChildTimes, Family } from "../../base/spawn-result.ts";

/** The times of one child, in nanoseconds of the machine-wide monotonic clock; see `ChildTimes` for each of them. */
export type ChildStamps = Omit<ChildTimes, "round" | "seq"> & { readonly callNs: number };

/** A child that is idle until it is released. */
export interface IdleChild {
  /** Absent for a thread, which has no process of its own. */
  readonly pid?: number;
  /** Ends the child and waits for it. */
  release(): Promise<void>;
}

/** A launcher that is ready to start children. */
export interface OpenLauncher {
  /** Starts one child, which does one empty job and ends; resolves when the child has ended. */
  runChild(): Promise<ChildStamps>;
  /**
   * Starts several children at once. Default: concurrent calls of `runChild`.
   *
   * @returns the time from the first call until the last child has ended, in nanoseconds.
   */
  runBurst?(children: number): Promise<number>;
  /**
   * Starts a child that is idle, to measure its memory and its effect on the next child. Absent where that is
   * impossible in a comparable way.
   */
  startIdle?(): Promise<IdleChild>;
  /** Id of the parent of the children. Default: this process. */
  readonly parent?: number;
  close?(): Promise<void>;
}

/** A way to start children. To add one, add a file and a line in `launchers.ts`. */
export interface Launcher {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  /** False when its cost does not depend on the memory that this process holds. */
  readonly dependsOnBallast: boolean;
  /** @throws {Error} when the launcher is unavailable; the message says what is missing. */
  open(ballast: Ballast): Promise<OpenLauncher>;
}

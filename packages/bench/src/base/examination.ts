import type { Environment } from "./environment.ts";

/** The result of a short examination of this machine. */
export interface Examination {
  readonly environment: Environment;
  /** Shortest and median step of the monotonic clock, in nanoseconds. */
  readonly timer: { readonly minNs: number; readonly medianNs: number };
  /** Coefficient of variation of the duration of a fixed piece of work, as a share. */
  readonly noise: number;
  /**
   * Share of the time for which this thread was ready to run without a CPU; absent where the system does not report
   * it.
   */
  readonly waiting?: number;
  /** Share of all CPU time that the hypervisor took. */
  readonly steal: number;
  /** Share of the last ten seconds in which some task waited for a CPU; absent without pressure stall information. */
  readonly pressure?: number;
  /** Usable CPUs per reported physical core; 1 without simultaneous multithreading. */
  readonly threadsPerCore: number;
}

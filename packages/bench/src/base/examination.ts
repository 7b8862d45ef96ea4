import type { Environment } from "./environment.ts";

/** What was found out about this machine in a few seconds. */
export interface Examination {
  readonly environment: Environment;
  /** Shortest and median step of the clock, in nanoseconds. */
  readonly timer: { readonly minNs: number; readonly medianNs: number };
  /** Coefficient of variation of a fixed piece of work, as a share. */
  readonly noise: number;
  /** Share of the examination for which this thread was ready but had no CPU; absent where the system does not tell. */
  readonly waiting?: number;
  /** Share of all CPU time that the hypervisor took. */
  readonly steal: number;
  /** Share of time in which some task waited for a CPU, over the last ten seconds; absent without pressure figures. */
  readonly pressure?: number;
  /** Threads of one core that the affinity list holds, as reported; 1 is none. */
  readonly threadsPerCore: number;
}

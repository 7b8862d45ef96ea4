/** How a cell does its work: in one thread without a pool, on a crew of workers, or in native threads. */
export type Role = "serial" | "pool" | "ceiling";

/** One timed run of one cell. Times are nanoseconds; `startNs` counts from the start of the whole run. */
export interface Sample {
  readonly launch: number;
  readonly round: number;
  /** Place in the whole run's order, from 0. */
  readonly seq: number;
  readonly startNs: number;
  /** From the call until every result is back in the caller: what the user waits for. */
  readonly spanNs: number;
  /** From the first worker's start to the last worker's end, on their own clocks. */
  readonly kernelNs: number;
  /** Last worker's start − first worker's start. */
  readonly skewNs: number;
  /** Per worker, in the order of their seats: when it began, from the call. */
  readonly offsetsNs: readonly number[];
  /** Per worker: time between its start and its end. */
  readonly busyNs: readonly number[];
  /** Per worker: CPU time of its thread; empty where the system does not tell. */
  readonly cpuNs: readonly number[];
  /** Per worker: time its thread was ready to run but had no CPU; empty where the system does not tell. */
  readonly waitNs: readonly number[];
  /** Per worker: time that its isolate stood still for the garbage collector. */
  readonly gcNs: readonly number[];
  /** Taken by the hypervisor meanwhile, over all CPUs, to a hundredth of a second. */
  readonly stealNs: number;
  /** Held back meanwhile by the control group's quota, over all CPUs. */
  readonly throttledNs: number;
  /** Clock of the usable CPUs when the cell ended, mean; absent where the system does not tell. */
  readonly mhz?: number;
  /** True when the combined answer was the published one. */
  readonly verified: boolean;
}

/**
 * Which worker did which chunk when, in a rehearsal: telling takes time that no sample may have in it. Times count from the
 * call, in nanoseconds.
 */
export interface Trace {
  readonly spanNs: number;
  /** In the order of their seats. */
  readonly workers: readonly {
    readonly startNs: number;
    /** Numbers of its chunks, in order; chunk c of copy k of the job has the number k · chunks + c. */
    readonly chunks: readonly number[];
    /** When each of these ended. */
    readonly endsNs: readonly number[];
  }[];
}

/** All samples of one cell, in time order. */
export interface Cell {
  /** `ep/pool/4`: unique in a run. */
  readonly id: string;
  readonly kernel: string;
  readonly role: Role;
  readonly workers: number;
  /** Amount of work: copies of the job, or units of the ceiling's own. */
  readonly copies: number;
  /** More workers than usable CPUs: shows what scheduling costs, says nothing about scaling. */
  readonly oversubscribed: boolean;
  readonly samples: readonly Sample[];
}

/** How a cell does its work: in a plain loop on one thread, on several workers, or on native threads. */
export type Role = "serial" | "pool" | "ceiling";

/** One timed run of one cell. Times are nanoseconds; `startNs` counts from the start of the whole run. */
export interface Sample {
  readonly launch: number;
  readonly round: number;
  /** Position in the order of the whole run, from 0. */
  readonly seq: number;
  readonly startNs: number;
  /** From the call until every result is back in the caller: the time that a user waits. */
  readonly spanNs: number;
  /** From the first worker's start to the last worker's end, as the workers measure it. */
  readonly kernelNs: number;
  /** Last worker's start − first worker's start. */
  readonly skewNs: number;
  /** Per worker, in slot order: the time from the call to the start of its work. */
  readonly offsetsNs: readonly number[];
  /** Per worker: time between its start and its end. */
  readonly busyNs: readonly number[];
  /** Per worker: CPU time of its thread; empty where the system does not report CPU times. */
  readonly cpuNs: readonly number[];
  /** Per worker: time that its thread was ready to run without a CPU; empty where the system does not report it. */
  readonly waitNs: readonly number[];
  /** Per worker: time that its isolate paused for the garbage collector. */
  readonly gcNs: readonly number[];
  /** Taken by the hypervisor during the cell, over all CPUs, in steps of a hundredth of a second. */
  readonly stealNs: number;
  /** Withheld by the control group's quota during the cell, over all CPUs. */
  readonly throttledNs: number;
  /** Mean frequency of the usable CPUs at the end of the cell; absent where the system does not report it. */
  readonly mhz?: number;
  /** True when the combined answer equals the published one. */
  readonly verified: boolean;
}

/**
 * Which worker did which chunk when, in an unmeasured run: recording takes time, which must not be part of a sample.
 * Times are nanoseconds from the call.
 */
export interface Trace {
  readonly spanNs: number;
  /** In slot order. */
  readonly workers: readonly {
    readonly startNs: number;
    /** Numbers of its chunks, in order. Chunk c of copy k of the job has the number k · chunks + c. */
    readonly chunks: readonly number[];
    /** When each of these chunks ended. */
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
  /** Amount of work: copies of the job, or units of the ceiling's work. */
  readonly copies: number;
  /** True with more workers than usable CPUs. Such a cell shows the cost of scheduling, not scaling. */
  readonly oversubscribed: boolean;
  readonly samples: readonly Sample[];
}

import type { Environment } from "./environment.ts";
import type { Interval, Ratio } from "./interval.ts";
import type { Latency } from "./latency.ts";
import type { Cell, Trace } from "./sample.ts";
import type { schemaVersion } from "./schema-version.ts";
import type { Warning } from "./warning.ts";

/** The settings of a scaling run. */
export interface ScalingDesign {
  readonly seed: number;
  readonly mode: "strong" | "weak";
  readonly backend: "thread" | "spawn" | "forkserver";
  /** How the upper bound for the speed-up was measured. */
  readonly ceiling: "native" | "wasm" | "none";
  readonly levels: readonly number[];
  /** A kernel's rounds end at this half-width of the 95 % intervals, as a share: 0.02 is ±2 %. */
  readonly targetError: number;
  readonly maxRounds: number;
  readonly minTimeNs: number;
  readonly maxTimeNs: number;
  /** How often a kernel's isolates are started again, since each one compiles its code differently. */
  readonly launches: number;
  /** Shortest warm-up of an isolate, in nanoseconds. */
  readonly warmUpNs: number;
  /** CPUs that workers were pinned to, in their order; absent when workers were not pinned. */
  readonly pinned?: readonly number[];
  /** True when each cell was pinned to as many CPUs as it had workers. */
  readonly restrict?: true;
  /** True when garbage was collected between cells. */
  readonly collect?: true;
  /** False when answers were not checked. */
  readonly verify: boolean;
}

/** The rounds of one kernel, and why they ended. */
export interface KernelRun {
  readonly id: string;
  readonly title: string;
  readonly bound: "compute" | "memory" | "mixed";
  readonly source: string;
  readonly size: string;
  readonly chunks: number;
  /** How often a cell repeats the job, so that the fastest cell is long enough to time. */
  readonly copies: number;
  /** Complete rounds of all launches together. */
  readonly rounds: number;
  readonly launches: number;
  readonly stoppedBy: "target-error" | "max-rounds" | "max-time" | "wrong-answer" | "interrupted" | "failed";
  /** How an answer was wrong; the numbers of the kernel are void. */
  readonly wrong?: string;
  /** The resource that limits the ceiling; absent when no ceiling was measured. */
  readonly ceiling?: "compute" | "memory";
  /** One per isolate, launch after launch; the first one of each launch is the serial worker. */
  readonly warmUps: readonly { readonly callsNs: readonly number[]; readonly steady: boolean }[];
  /** From the last launch: the highest level within the usable CPUs. Absent with more than 4096 chunks. */
  readonly trace?: Trace;
}

/** The parts of the workers' time, p · T(p), as shares that add up to one. Noise may make a part slightly negative. */
export interface Loss {
  /** The time of the serial loop. The efficiency is a median of rounds; this is a share of all rounds together. */
  readonly useful: number;
  /** CPU time beyond the serial loop's. */
  readonly inflation: number;
  /** Ready to run, without a CPU. */
  readonly waiting: number;
  /** Taken by the hypervisor: an upper bound. */
  readonly steal: number;
  /** Withheld by the quota: an upper bound. */
  readonly throttled: number;
  /** Other delays: page faults, differences between clocks. */
  readonly other: number;
  /** Workers that have ended wait for the last one. */
  readonly balance: number;
  /** Messages to the workers and back. */
  readonly dispatch: number;
}

/** The factors of the useful share of the workers' time over all rounds, which is their product. */
export interface LossTree {
  /** T_s / T(1): the cost of a pool of one worker. */
  readonly poolTax: number;
  /** T(1) / CPU(1): about 1; less when helper threads ran in parallel to the one worker. */
  readonly helpers: number;
  /** CPU(1) / CPU(p): below 1 when the same work takes more CPU time in total. */
  readonly inflation: number;
  /** CPU(p) / (p · T(p)): the share of the workers' time in which they ran. */
  readonly utilisation: number;
}

/** One level of one kernel, derived from the cells. Shares are plain numbers: 0.93 is 93 %. */
export interface LevelResult {
  readonly kernel: string;
  readonly workers: number;
  readonly oversubscribed: boolean;
  readonly timeNs: Interval;
  /** Median time from the first start to the last end, without messages to the workers and back. */
  readonly kernelNs: number;
  /** T_s / T(p), times p when the work grows with the workers. */
  readonly speedUp: Ratio;
  /** The speed-up divided by the number of workers. No other number has this name. */
  readonly efficiency: Interval;
  /** T(1) / T(p). */
  readonly relativeSpeedUp: Interval;
  /** Absent at one worker, and when the work grows with the workers. */
  readonly karpFlatt?: Interval;
  /** The speed-up of native threads at this level; absent when no ceiling was measured. */
  readonly ceiling?: Interval;
  /** The speed-up divided by the speed-up of native threads in the same rounds. */
  readonly machineEfficiency?: Ratio;
  /** Absent where the system does not report CPU times. */
  readonly loss?: Loss;
  /** Absent without CPU times, or without the level of one worker. */
  readonly tree?: LossTree;
  /** Share of the workers' time in which they paused for the garbage collector. */
  readonly gc: number;
}

/** The derived numbers of one kernel that belong to no level. */
export interface KernelResult {
  readonly kernel: string;
  /** T_s: the time of the plain loop, without a pool. */
  readonly serialNs: Interval;
  /** T(1) / T_s − 1. */
  readonly poolTax?: Interval;
  /**
   * The variation of the speed-up at the highest level: standard deviations of its logarithm, as shares. Absent with
   * one launch.
   */
  readonly variation?: { readonly withinLaunches: number; readonly betweenLaunches: number };
  /** Present with three levels or more within the usable CPUs, when the work does not grow with the workers. */
  readonly amdahl?: { readonly serialShare: Interval; readonly limit: number };
  /** Present with six levels or more within the usable CPUs that reach eight workers, when the work does not grow. */
  readonly usl?: {
    readonly alpha: Interval;
    readonly beta: Interval;
    readonly gamma: Interval;
    /** The number of workers with the highest throughput; absent when the interval of β contains zero. */
    readonly peak?: number;
  };
  /**
   * The serial share that the highest level within the usable CPUs implies, 0…1. It contains all overhead: when no
   * overhead is negative, its upper end bounds the serial share of the work. Present with a level above one within the
   * usable CPUs and six rounds, when the work does not grow.
   */
  readonly serialBound?: { readonly workers: number; readonly share: Interval };
  /** The speed-up with twice the workers of that level, by a law: it was not measured. */
  readonly prediction?: {
    readonly workers: number;
    readonly speedUp: Interval;
    readonly law: "Amdahl" | "USL" | "Karp–Flatt";
  };
  /** Present with a level above one within the usable CPUs, when the work grows with the workers. */
  readonly gustafson?: { readonly serialShare: Interval };
}

/** The result of measuring speed-ups, as saved: the design, the samples, and the numbers derived from them. */
export interface ScalingResult {
  readonly schemaVersion: typeof schemaVersion;
  readonly kind: "scaling";
  readonly tool: { readonly name: string; readonly version: string };
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationNs: number;
  readonly context: Environment;
  readonly design: ScalingDesign;
  readonly kernels: readonly KernelRun[];
  readonly cells: readonly Cell[];
  readonly levels: readonly LevelResult[];
  readonly results: readonly KernelResult[];
  /** tinybench's statistics of every cell's spans. */
  readonly latencies: readonly Latency[];
  readonly warnings: readonly Warning[];
}

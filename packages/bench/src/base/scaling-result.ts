import type { Environment } from "./environment.ts";
import type { Interval, Ratio } from "./interval.ts";
import type { Latency } from "./latency.ts";
import type { Cell, Trace } from "./sample.ts";
import type { Warning } from "./warning.ts";

/** The version of the files that this package writes. Changes only add; readers ignore keys that they do not know. */
export const schemaVersion = 1;

/** How a scaling run was laid out. */
export interface ScalingDesign {
  readonly seed: number;
  readonly mode: "strong" | "weak";
  readonly backend: "thread" | "spawn" | "forkserver";
  /** What the machine's limit was measured with. */
  readonly ceiling: "native" | "wasm" | "none";
  readonly levels: readonly number[];
  /** Half-width of the 95 % interval at which a kernel's rounds end, as a share: 0.02 is ±2 %. */
  readonly targetError: number;
  readonly maxRounds: number;
  readonly minTimeNs: number;
  readonly maxTimeNs: number;
  /** How often a kernel's isolates are started anew: each compiles in a way of its own. */
  readonly launches: number;
  /** Shortest warm-up of an isolate, in nanoseconds. */
  readonly warmUpNs: number;
  /** CPUs that workers were pinned to, in their order; absent when the scheduler was free. */
  readonly pinned?: readonly number[];
  /** True when each cell was kept to as many CPUs as it had workers. */
  readonly restrict?: true;
  /** True when garbage was collected between cells. */
  readonly collect?: true;
  /** False when answers were not checked. */
  readonly verify: boolean;
}

/** What was measured for one kernel, and why its rounds ended. */
export interface KernelRun {
  readonly id: string;
  readonly title: string;
  readonly bound: "compute" | "memory" | "mixed";
  readonly source: string;
  readonly size: string;
  readonly chunks: number;
  /** How often a cell repeats the job, so that the shortest cell is long enough to time. */
  readonly copies: number;
  /** Of all launches together. */
  readonly rounds: number;
  readonly launches: number;
  readonly stoppedBy: "target-error" | "max-rounds" | "max-time" | "wrong-answer" | "interrupted" | "failed";
  /** What a wrong cell answered; its kernel's numbers are void. */
  readonly wrong?: string;
  /** What of the machine the ceiling shows; absent when none was measured. */
  readonly ceiling?: "compute" | "memory";
  /** Per isolate, launch after launch, the first of each being the serial one. */
  readonly warmUps: readonly { readonly callsNs: readonly number[]; readonly steady: boolean }[];
  /** The last launch's rehearsal of the fullest level within the usable CPUs; absent with more than 4096 chunks. */
  readonly trace?: Trace;
}

/** What the workers' time, p · T(p), was spent on; shares that add up to one. A part may be slightly negative by noise. */
export interface Loss {
  /** The serial loop's own time: the efficiency. */
  readonly useful: number;
  /** CPU time beyond it. */
  readonly inflation: number;
  /** Ready to run, but without a CPU. */
  readonly waiting: number;
  /** Taken by the hypervisor, at most. */
  readonly steal: number;
  /** Held back by the quota, at most. */
  readonly throttled: number;
  /** Held up otherwise: page faults, clocks that do not agree. */
  readonly other: number;
  /** Done, while another still worked. */
  readonly balance: number;
  /** On the way to the workers and back. */
  readonly dispatch: number;
}

/** The factors of the efficiency: their product is S/p, all rounds summed. */
export interface LossTree {
  /** T_s / T(1): what the pool costs when there is nobody to share with. */
  readonly poolTax: number;
  /** T(1) / CPU(1): about 1; below it helper threads ran beside the one worker. */
  readonly helpers: number;
  /** CPU(1) / CPU(p): below 1 when the same work takes more CPU time in all. */
  readonly inflation: number;
  /** CPU(p) / (p · T(p)): the share of the workers' time in which they ran. */
  readonly utilisation: number;
}

/** One level of one kernel, derived from the cells. Shares and ratios are plain numbers: 0.93 is 93 %. */
export interface LevelResult {
  readonly kernel: string;
  readonly workers: number;
  readonly oversubscribed: boolean;
  readonly timeNs: Interval;
  /** From first start to last end, median: without the way to the workers and back. */
  readonly kernelNs: number;
  /** Work over time against the serial loop: T_s / T(p), times p when the work grows with the workers. */
  readonly speedUp: Ratio;
  /** Speed-up over workers: of the ideal. */
  readonly efficiency: Interval;
  /** T(1) / T(p). */
  readonly relativeSpeedUp: Interval;
  /** Absent at one worker, and when the work grows with the workers. */
  readonly karpFlatt?: Interval;
  /** The speed-up of native threads with the same amount of work; absent when no ceiling was measured. */
  readonly ceiling?: Interval;
  /** Speed-up over the ceiling's: of the machine. */
  readonly machineEfficiency?: Ratio;
  /** Absent where the system does not tell CPU times. */
  readonly loss?: Loss;
  /** Absent without CPU times, or without the level of one worker. */
  readonly tree?: LossTree;
  /** Share of the workers' time in which they stood still for the garbage collector. */
  readonly gc: number;
}

/** One kernel's derived numbers that do not belong to a level. */
export interface KernelResult {
  readonly kernel: string;
  /** T_s: the plain loop, without a pool. */
  readonly serialNs: Interval;
  /** T(1) / T_s − 1. */
  readonly poolTax?: Interval;
  /**
   * How much the speed-up of the fullest level varies: standard deviations of its logarithm, as shares. Absent with a
   * single launch.
   */
  readonly variation?: { readonly withinLaunches: number; readonly betweenLaunches: number };
  /** Present when three levels or more lie within the usable CPUs and the work stays the same. */
  readonly amdahl?: { readonly serialShare: Interval; readonly limit: number };
  /** Present when six levels or more lie within the usable CPUs and reach eight workers, and the work stays the same. */
  readonly usl?: {
    readonly alpha: Interval;
    readonly beta: Interval;
    readonly gamma: Interval;
    /** Where throughput is highest; absent unless β is surely above zero. */
    readonly peak?: number;
  };
  /** Present when the work grows with the workers and a level above one lies within the usable CPUs. */
  readonly gustafson?: { readonly serialShare: Interval };
}

/** A scaling run on disk: the samples, the layout, and what was derived from them. */
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
  /** The spans of every cell as tinybench sums them up. */
  readonly latencies: readonly Latency[];
  readonly warnings: readonly Warning[];
}

import { Bench, type Statistics } from "tinybench";

/** tinybench's statistics of a cell's spans, in nanoseconds, without the samples themselves. */
export interface Latency {
  readonly samples: number;
  readonly mean: number;
  readonly sd: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p75: number;
  readonly p99: number;
  /** Relative margin of error of the mean, in percent, by Student's t. */
  readonly rme: number;
}

/**
 * Replays recorded spans through tinybench, for readers who know its statistics.
 *
 * tinybench runs one task after the other and sorts the samples, so our own rounds keep order and pairing; it is asked
 * only to sum up what was measured. Its throughput mean is left out: it is the mean of reciprocals, not a rate.
 */
export async function replay(name: string, spansNs: readonly number[]): Promise<Latency> {
  let next = 0;
  const bench = new Bench({ iterations: spansNs.length, time: 0, warmup: false, throws: true });
  bench.add(name, () => ({ overriddenDuration: (spansNs[next++] as number) / 1e6 }), { async: false });
  const [task] = await bench.run();
  const result = task?.result;
  if (result?.state !== "completed") throw new Error(`Cannot sum up "${name}": tinybench ended as ${result?.state}`);
  return latency(result.latency);
}

function latency(ms: Statistics): Latency {
  const ns = (value: number) => Math.round(value * 1e6);
  return {
    samples: ms.samplesCount,
    mean: ns(ms.mean),
    sd: ns(ms.sd),
    min: ns(ms.min),
    max: ns(ms.max),
    p50: ns(ms.p50),
    p75: ns(ms.p75),
    p99: ns(ms.p99),
    rme: ms.rme,
  };
}

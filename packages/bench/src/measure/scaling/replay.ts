import { Bench, type Statistics } from "tinybench";
import type { Latency } from "../../base/latency.ts";

/**
 * Replays recorded spans through tinybench, for readers who know its statistics.
 *
 * tinybench runs one task after the other and sorts the samples, so our own rounds keep order and pairing; it is asked
 * only to sum up what was measured. Its throughput mean is left out: it is the mean of reciprocals, not a rate.
 */
export async function replay(cell: string, spansNs: readonly number[]): Promise<Latency> {
  let next = 0;
  const bench = new Bench({ iterations: spansNs.length, time: 0, warmup: false, throws: true });
  bench.add(cell, () => ({ overriddenDuration: (spansNs[next++] as number) / 1e6 }), { async: false });
  const [task] = await bench.run();
  const result = task?.result;
  if (result?.state !== "completed") throw new Error(`Cannot sum up "${cell}": tinybench ended as ${result?.state}`);
  return latency(cell, result.latency);
}

function latency(cell: string, ms: Statistics): Latency {
  const ns = (value: number) => Math.round(value * 1e6);
  return {
    cell,
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

import { Bench, type Statistics } from "tinybench";
import type { Latency } from "../../base/latency.ts";

/**
 * Summarises recorded spans by tinybench, for readers who know its statistics.
 *
 * tinybench itself runs tasks one after the other and sorts the samples, which loses the order and the pairing of
 * rounds. So it does not measure here; it gets the recorded spans. Its mean throughput is left out: a mean of
 * reciprocals is no rate.
 */
export async function summariseSpans(cell: string, spansNs: readonly number[]): Promise<Latency> {
  let next = 0;
  const bench = new Bench({ iterations: spansNs.length, time: 0, warmup: false, throws: true });
  bench.add(cell, () => ({ overriddenDuration: (spansNs[next++] as number) / 1e6 }), { async: false });
  const [task] = await bench.run();
  const result = task?.result;
  if (result?.state !== "completed")
    throw new Error(`Cannot summarise "${cell}": tinybench ended in the state ${result?.state}`);
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

import fc from "fast-check";
import { expect, it } from "vitest";
import { crossover, fastestBySize, fitMessages } from "../../src/model/message-fit.ts";

const line = (transport: string, latencyNs: number, nsPerByte: number) =>
  [0, 64, 4096, 2 ** 20].map((bytes) => ({
    transport,
    shape: "bytes" as const,
    bytes,
    samples: [{ round: 0, seq: 0, wayNs: latencyNs + nsPerByte * bytes }],
  }));

it("fitMessages finds the latency and the bandwidth that generated the times", () => {
  const positive = fc.double({ min: 0.01, max: 1000, noNaN: true });
  fc.assert(
    fc.property(positive, positive, (latency, nsPerByte) => {
      const [fit] = fitMessages(line("one", latency, nsPerByte));
      expect((fit?.latencyNs ?? 0) / latency).toBeCloseTo(1, 4);
      expect((fit?.bytesPerSecond ?? 0) / (1e9 / nsPerByte)).toBeCloseTo(1, 4);
      expect(fit?.worstResidual).toBeLessThan(1e-4);
    }),
  );
});

it("crossover is the size at which the transport with the larger latency becomes faster", () => {
  const [quick, wide] = fitMessages([...line("quick", 100, 1), ...line("wide", 1100, 0.5)]);
  if (quick === undefined || wide === undefined) throw new Error("two fits were expected");
  expect(crossover(quick, wide)).toBeCloseTo(2000, 3);
  expect(crossover(wide, quick)).toBeUndefined();
});

it("fastestBySize lists the fastest transport of each range, without transports that are never the fastest", () => {
  const fits = fitMessages([
    ...line("quick", 100, 1),
    ...line("never", 1000, 0.9),
    ...line("middle", 600, 0.5),
    ...line("wide", 1600, 0.25),
  ]);
  const fastest = fastestBySize(fits, 2 ** 26).map(({ fit, fromBytes }) => [fit.transport, Math.round(fromBytes)]);
  expect(fastest).toEqual([
    ["quick", 0],
    ["middle", 1000],
    ["wide", 4000],
  ]);
  expect(fastestBySize(fits, 2000)).toHaveLength(2);
  expect(fastestBySize([], 2000)).toEqual([]);
});

it("fitMessages leaves out transports with a single size or without samples", () => {
  expect(fitMessages(line("one", 100, 1).slice(0, 1))).toEqual([]);
  expect(fitMessages(line("one", 100, 1).map((cell) => ({ ...cell, samples: [] })))).toEqual([]);
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { crossover, fitMessages, quickest } from "../../src/model/message-fit.ts";

const line = (transport: string, latencyNs: number, nsPerByte: number) =>
  [0, 64, 4096, 2 ** 20].map((bytes) => ({
    transport,
    shape: "bytes" as const,
    bytes,
    samples: [{ round: 0, seq: 0, wayNs: latencyNs + nsPerByte * bytes }],
  }));

it("fitMessages finds the latency and the bandwidth that made the times", () => {
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

it("crossover is where the lines meet, for the one that starts slower", () => {
  const [quick, wide] = fitMessages([...line("quick", 100, 1), ...line("wide", 1100, 0.5)]);
  if (quick === undefined || wide === undefined) throw new Error("two fits were expected");
  expect(crossover(quick, wide)).toBeCloseTo(2000, 3);
  expect(crossover(wide, quick)).toBeUndefined();
});

it("quickest walks along the lowest of the lines, and leaves out what is never lowest", () => {
  const fits = fitMessages([
    ...line("quick", 100, 1),
    ...line("never", 1000, 0.9),
    ...line("middle", 600, 0.5),
    ...line("wide", 1600, 0.25),
  ]);
  const way = quickest(fits, 2 ** 26).map(({ fit, fromBytes }) => [fit.transport, Math.round(fromBytes)]);
  expect(way).toEqual([
    ["quick", 0],
    ["middle", 1000],
    ["wide", 4000],
  ]);
  expect(quickest(fits, 2000)).toHaveLength(2);
  expect(quickest([], 2000)).toEqual([]);
});

it("fitMessages leaves out what has a single size or no samples", () => {
  expect(fitMessages(line("one", 100, 1).slice(0, 1))).toEqual([]);
  expect(fitMessages(line("one", 100, 1).map((cell) => ({ ...cell, samples: [] })))).toEqual([]);
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { fitMessages } from "../../src/model/message-fit.ts";

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

it("fitMessages leaves out transports with a single size or without samples", () => {
  expect(fitMessages(line("one", 100, 1).slice(0, 1))).toEqual([]);
  expect(fitMessages(line("one", 100, 1).map((cell) => ({ ...cell, samples: [] })))).toEqual([]);
});

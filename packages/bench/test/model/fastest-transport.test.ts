import { expect, it } from "vitest";
import type { MessageCell } from "../../src/base/message-result.ts";
import { fastestBySize, fastestTransports } from "../../src/model/fastest-transport.ts";

/** Cells of a transport with seven rounds that vary by ±2 %, or by `noise`. */
function cells(transport: string, nsBySize: Readonly<Record<number, number>>, noise = 0.02): MessageCell[] {
  return Object.entries(nsBySize).map(([bytes, ns]) => ({
    transport,
    shape: "bytes",
    bytes: Number(bytes),
    samples: Array.from({ length: 7 }, (_, round) => ({
      round,
      seq: round,
      wayNs: ns * (1 + noise * (((transport === "wide" ? round * 3 : round) % 7) - 3)),
    })),
  }));
}

const quick = cells("quick", { 0: 100, 1000: 200, 100000: 9000 });
const wide = cells("wide", { 0: 300, 1000: 201, 100000: 1000 });

it("fastestTransports names the transport with the lowest median, and those that are not certainly slower", () => {
  expect(fastestTransports([...wide, ...quick])).toEqual([
    { bytes: 0, transports: ["quick"], ns: 100 },
    { bytes: 1000, transports: ["quick", "wide"], ns: 200 },
    { bytes: 100_000, transports: ["wide"], ns: 1000 },
  ]);
});

it("fastestBySize keeps a transport until it is certainly slower, and starts with the fastest of the smallest", () => {
  expect(fastestBySize([...wide, ...quick])).toEqual([
    { transport: "quick", fromBytes: 0 },
    { transport: "wide", fromBytes: 100_000 },
  ]);
  expect(fastestBySize([])).toEqual([]);
});

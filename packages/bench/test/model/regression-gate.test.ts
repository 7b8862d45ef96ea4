import { describe, expect, it } from "vitest";
import type { SpawnResult } from "../../src/base/spawn-result.ts";
import { judgeGate, readGate } from "../../src/model/regression-gate.ts";

describe("readGate", () => {
  it.each([
    ["scaling", "speedup(ep,p=2) < 1.5", { quantity: "speedup", subjects: ["ep"], workers: 2, sign: "<", bound: 1.5 }],
    ["scaling", " machine( ep ) < 95% ", { quantity: "machine", subjects: ["ep"], bound: 0.95 }],
    ["spawn", "ratio(forkserver, child_process.fork+) > 0.25", { subjects: ["forkserver", "child_process.fork+"] }],
    ["spawn", "gone(warm pool thread) > 1.5ms", { bound: 1.5e6 }],
    ["message", "way(Pipe thread) > 100us", { bound: 1e5 }],
  ] as const)("parses for %s: %s", (kind, text, gate) => expect(readGate(kind, text)).toMatchObject(gate));
  it.each([
    ["scaling", "gone(thread) > 1s"],
    ["scaling", "speedup(ep) = 1"],
    ["spawn", "ratio(thread) > 1"],
    ["message", "way(Pipe thread) > soon"],
  ] as const)("refuses for %s: %s", (kind, text) => expect(() => readGate(kind, text)).toThrow(/Cannot read gate/));
});

describe("judgeGate fails only when the whole interval fails", () => {
  const row = (method: string, factor: number) => ({
    method,
    title: method,
    family: "node" as const,
    ballast: { kind: "buffer" as const, bytes: 0 },
    starts: Array.from({ length: 8 }, (_, round) => ({
      ...{ round, seq: round, returnedNs: 1e6 },
      goneNs: factor * 1e7 * (1 + 0.1 * round),
    })),
  });
  const result = { kind: "spawn", rows: [row("slow", 4), row("quick", 1)] } as unknown as SpawnResult;
  it.each([
    ["ratio(quick,slow) > 0.2", true],
    ["ratio(quick,slow) > 0.3", false],
    ["ratio(slow,quick) < 5", true],
    ["gone(quick) > 9ms", true],
    ["gone(quick) > 12ms", false],
    ["blocked(slow) < 2ms", true],
  ])("the failure of %s is %s", (text, fails) => expect(judgeGate(text, result) !== undefined).toBe(fails));
  it("throws for a quantity that was not measured", () => {
    expect(() => judgeGate("gone(unknown) > 1s", result)).toThrow(/was not measured/);
    expect(() => judgeGate("answer(quick) > 1s", result)).toThrow(/was not measured/);
  });
});

import { measureSpawn } from "@manyhands/bench";
import { expect, it } from "vitest";

it("bears children by every way, with stamps in order", async () => {
  const result = await measureSpawn({ rounds: 2, memory: false, seed: 1 });
  const methods = result.rows.map((row) => row.method);
  expect(methods).toEqual(
    expect.arrayContaining(["thread", "spawn", "worker", "child_process.fork", "C vfork", "Python spawn"]),
  );
  for (const row of result.rows.filter((candidate) => candidate.unavailable === undefined)) {
    expect(row.births.map((birth) => birth.round)).toEqual([0, 1]);
    for (const { returnedNs, answeredNs, bornNs, goneNs } of row.births) {
      expect(returnedNs).toBeGreaterThan(0);
      expect(bornNs ?? 1).toBeGreaterThan(0);
      expect(goneNs).toBeGreaterThanOrEqual(answeredNs ?? 0);
      expect(answeredNs ?? goneNs).toBeGreaterThanOrEqual(bornNs ?? 0);
    }
  }
  const orders = [0, 1].map((round) =>
    result.rows.flatMap((row) => row.births.filter((birth) => birth.round === round)).map((birth) => birth.seq),
  );
  expect(new Set(orders.flat()).size).toBe(orders.flat().length);
});

it("weighs an idle child: a process has pages of its own, a thread does not", async () => {
  const result = await measureSpawn({ rounds: 1, methods: ["worker", "spawn"] });
  const [worker, spawned] = result.rows;
  if (process.platform !== "linux") return;
  expect(worker?.footprint?.ussBytes).toBeUndefined();
  expect(worker?.footprint?.pssBytes).toBeGreaterThan(2 ** 20);
  expect(spawned?.footprint?.ussBytes).toBeGreaterThan(2 ** 20);
  expect(spawned?.footprint?.rssBytes).toBeGreaterThan(spawned?.footprint?.ussBytes ?? 0);
});

it("a ballast is held for the methods that feel it", async () => {
  const ballasts = [{ kind: "sab", bytes: 2 ** 24 } as const];
  const result = await measureSpawn({ rounds: 1, methods: ["warm worker", "worker"], ballasts });
  expect(result.rows.map((row) => [row.method, row.ballast.bytes])).toEqual([["worker", 2 ** 24]]);
});

it("an unknown method is refused with the list of those that there are", async () => {
  await expect(measureSpawn({ methods: ["magic"] })).rejects.toThrow(/no such method; there are thread, spawn/);
});

import { describe, expect, it } from "vitest";
import type { Cell, Role } from "../../src/base/sample.ts";
import { analyseKernel } from "../../src/model/analyse.ts";
import { cellOf, sample } from "../fixture/cell.ts";

/** A cell of eight rounds. The machine gets slower by 2 % a round, and every worker is always busy. */
function cell(role: Role, workers: number, spanNs: number, further: Partial<Cell> = {}): Cell {
  const samples = Array.from({ length: 8 }, (_, round) => sample(workers, spanNs * (1 + 0.02 * round), { round }));
  return cellOf(role, workers, samples, further);
}

const strong = (levels: readonly number[]) => [
  cell("serial", 1, 1000),
  ...levels.map((workers) => cell("pool", workers, 100 + 900 / workers)),
];

it("analyseKernel derives speed-up, Karp-Flatt and Amdahl's share exactly when all cells share a drift", () => {
  const { levels, result } = analyseKernel(strong([1, 2, 4]));
  expect(levels.map((level) => level.speedUp.value)).toEqual(
    [1, 1000 / 550, 1000 / 325].map((value) => expect.closeTo(value, 9)),
  );
  for (const level of levels.slice(1)) {
    expect(level.karpFlatt?.value).toBeCloseTo(0.1, 9);
    expect(level.speedUp.high - level.speedUp.low).toBeLessThan(1e-9);
  }
  expect(result?.poolTax?.value).toBeCloseTo(0, 9);
  expect(result?.amdahl?.serialShare.value).toBeCloseTo(0.1, 9);
  expect(result?.amdahl?.limit).toBeCloseTo(10, 6);
});

describe("analyseKernel fits a law only when the levels identify it", () => {
  it.each([
    [[1, 2], false, false],
    [[1, 2, 4], true, false],
    [[1, 2, 3, 4, 5, 6], true, false],
    [[1, 2, 4, 8], true, false],
    [[1, 2, 3, 4, 6, 8], true, true],
  ])("levels %j: Amdahl %s, USL %s", (levels, amdahl, usl) => {
    const { result } = analyseKernel(strong(levels));
    expect(result?.amdahl !== undefined).toBe(amdahl);
    expect(result?.usl !== undefined).toBe(usl);
  });

  it("ignores oversubscribed levels", () => {
    const cells = strong([1, 2]);
    const { result } = analyseKernel([...cells, cell("pool", 4, 550, { oversubscribed: true })]);
    expect(result?.amdahl).toBeUndefined();
  });

  it("reports no peak when β may be zero", () => {
    expect(analyseKernel(strong([1, 2, 3, 4, 6, 8])).result?.usl?.peak).toBeUndefined();
  });
});

it("analyseKernel derives scaled speed-ups and Gustafson's share when the work grows with the workers", () => {
  const weak = [1, 2, 4].map((workers) =>
    cell("pool", workers, (1000 * workers) / (0.1 + 0.9 * workers), { copies: workers }),
  );
  const { levels, result } = analyseKernel([cell("serial", 1, 1000), ...weak]);
  expect(levels[2]?.speedUp.value).toBeCloseTo(3.7, 6);
  expect(levels[2]?.karpFlatt).toBeUndefined();
  expect(result?.gustafson?.serialShare.value).toBeCloseTo(0.1, 6);
  expect(result?.amdahl).toBeUndefined();
});

it("machineEfficiency is the speed-up divided by the speed-up of native threads", () => {
  const { levels } = analyseKernel([...strong([1, 2]), cell("ceiling", 1, 100), cell("ceiling", 2, 62.5)]);
  expect(levels[1]?.ceiling?.value).toBeCloseTo(1.6, 9);
  expect(levels[1]?.machineEfficiency?.value).toBeCloseTo(1000 / 550 / 1.6, 9);
});

it("the shares of the loss add up to one, and the useful share is that of the serial loop", () => {
  const { levels } = analyseKernel(strong([2]));
  const loss = levels[0]?.loss;
  expect(Object.values(loss ?? {}).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(loss?.useful).toBeCloseTo(1000 / 1100, 9);
  expect(loss?.inflation).toBeCloseTo(100 / 1100, 9);
});

it("the product of the loss tree's factors is the efficiency", () => {
  const slow = cell("pool", 2, 800);
  // The same work takes 1.28 times the CPU time, and the workers wait for a CPU for a fifth of their time.
  const samples = slow.samples.map((own) => ({
    ...own,
    cpuNs: own.busyNs.map((ns) => ns * 0.8),
    waitNs: own.busyNs.map((ns) => ns * 0.2),
    gcNs: own.busyNs.map((ns) => ns * 0.1),
  }));
  const { levels } = analyseKernel([cell("serial", 1, 800), cell("pool", 1, 1000), { ...slow, samples }]);
  const { tree, loss, gc } = levels[1] ?? {};
  expect(tree?.poolTax).toBeCloseTo(0.8, 9);
  expect(tree?.helpers).toBeCloseTo(1, 9);
  expect(tree?.inflation).toBeCloseTo(1000 / 1280, 9);
  expect(tree?.utilisation).toBeCloseTo(0.8, 9);
  expect(Object.values(tree ?? {}).reduce((product, part) => product * part, 1)).toBeCloseTo(0.5, 9);
  expect(loss?.waiting).toBeCloseTo(0.2, 9);
  expect(gc).toBeCloseTo(0.1, 9);
});

it("there is no loss and no loss tree where the system counted no CPU time, as for very short work", () => {
  const uncounted = (workers: number) => {
    const measured = cell("pool", workers, 500);
    return { ...measured, samples: measured.samples.map((own) => ({ ...own, cpuNs: own.cpuNs.map(() => 0) })) };
  };
  const { levels } = analyseKernel([cell("serial", 1, 800), uncounted(1), uncounted(2)]);
  expect(levels.map(({ tree, loss }) => [tree, loss])).toEqual(Array(2).fill([undefined, undefined]));
});

it("variation distinguishes differences between launches from differences between rounds", () => {
  const launches = (factors: readonly number[]) =>
    [0, 1, 2, 3, 4, 5].map((round) => {
      const launch = Math.floor(round / 2);
      return sample(2, 500 * (factors[launch] as number) * (round % 2 === 0 ? 1 : 1.01), { round, launch });
    });
  const serial = cellOf(
    "serial",
    1,
    [0, 1, 2, 3, 4, 5].map((round) => sample(1, 1000, { round, launch: Math.floor(round / 2) })),
  );
  const of = (factors: readonly number[]) =>
    analyseKernel([serial, cellOf("pool", 2, launches(factors))]).result?.variation;
  expect(of([1, 1, 1])?.betweenLaunches).toBe(0);
  expect(of([1, 1, 1])?.withinLaunches).toBeCloseTo(Math.log(1.01) / Math.SQRT2, 6);
  expect(of([1, 1.2, 1.4])?.betweenLaunches).toBeGreaterThan(0.1);
});

it("analyseKernel derives nothing without a serial sample", () => {
  expect(analyseKernel([cell("pool", 1, 1000)])).toEqual({ levels: [] });
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { summariseStarts } from "../../src/model/start-summary.ts";
import { theilSen } from "../../src/model/statistic/theil-sen.ts";

it("theilSen finds the slope of a line with one outlier", () => {
  const number = fc.integer({ min: -1000, max: 1000 });
  fc.assert(
    fc.property(number, number, number, (slope, offset, wild) => {
      const points = [0, 1, 2, 4, 8, 16].map((x) => ({ x, y: offset + slope * x }));
      points[3] = { x: 4, y: wild };
      expect(theilSen(points)).toBeCloseTo(slope, 6);
    }),
  );
});

it("theilSen is NaN with a single x", () => {
  expect(theilSen([{ x: 1, y: 1 }])).toBeNaN();
});

it("summariseStarts lists consecutive phases, without those that a method cannot measure", () => {
  const child = { round: 0, seq: 0, returnedNs: 10, goneNs: 100 };
  expect(summariseStarts([{ ...child, startedNs: 60, answeredNs: 80 }]).phases).toEqual([
    { name: "blocked", ns: 10 },
    { name: "boot", ns: 50 },
    { name: "answer", ns: 20 },
    { name: "end", ns: 20 },
  ]);
  expect(summariseStarts([{ ...child, startedNs: 60, readyNs: 65, answeredNs: 80, stoppedNs: 81 }]).phases).toEqual([
    { name: "blocked", ns: 10 },
    { name: "boot", ns: 50 },
    { name: "ready", ns: 5 },
    { name: "answer", ns: 15 },
    { name: "end", ns: 20 },
  ]);
  expect(summariseStarts([child]).phases).toEqual([
    { name: "blocked", ns: 10 },
    { name: "end", ns: 90 },
  ]);
  expect(summariseStarts([child]).started.p50).toBeNaN();
});

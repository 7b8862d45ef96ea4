import { expect, it } from "vitest";
import type { ScalingResult } from "../../src/base/scaling-result.ts";
import { suiteScores } from "../../src/model/suite-score.ts";
import { suiteText } from "../../src/report/terminal/suite-text.ts";
import { plainStyle } from "../../src/report/terminal/terminal-style.ts";

/** A run of kernels with their times: serial, and with two workers. */
function run(
  times: readonly (readonly [serial: number, pool: number])[],
  mode: "strong" | "weak" = "strong",
): ScalingResult {
  const interval = (value: number) => ({ value, low: value, high: value });
  const growth = mode === "weak" ? 2 : 1;
  return {
    design: { mode },
    kernels: times.map((_, at) => ({ id: `k${at}` })),
    levels: times.map(([serial, pool], at) => ({
      ...{ kernel: `k${at}`, workers: 2, oversubscribed: false, timeNs: interval(pool) },
      speedUp: { value: (growth * serial) / pool },
    })),
    results: times.map(([serial], at) => ({ kernel: `k${at}`, serialNs: interval(serial) })),
  } as unknown as ScalingResult;
}

it("suiteScores divides summed medians, so that a long kernel has more weight", () => {
  const [score] = suiteScores(
    run([
      [10, 5],
      [1, 1],
    ]),
  );
  expect(score?.speedUp).toBeCloseTo(11 / 6);
  expect(score?.geometricMean).toBeCloseTo(Math.sqrt(2));
  expect(
    suiteScores(
      run(
        [
          [10, 10],
          [1, 1],
        ],
        "weak",
      ),
    )[0]?.speedUp,
  ).toBeCloseTo(2);
});

it("suiteScores is empty for a single kernel, and when one kernel has no levels", () => {
  expect(suiteScores(run([[10, 5]]))).toEqual([]);
  const whole = run([
    [10, 5],
    [1, 1],
  ]);
  expect(suiteScores({ ...whole, levels: whole.levels.slice(1) })).toEqual([]);
});

it("suiteText prints the geometric mean only on request", () => {
  const result = run([
    [10, 5],
    [1, 1],
  ]);
  expect(suiteText(result, plainStyle, false)).toBe(
    "\nall 2 kernels, 2 workers: speed-up 1.83, of the summed medians\n",
  );
  expect(suiteText(result, { ...plainStyle, columns: 200 }, true)).toContain("; geometric mean of the speed-ups 1.41");
});

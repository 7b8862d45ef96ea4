import { describe, expect, it } from "vitest";
import type { Verdict } from "../../src/base/comparison.ts";
import { seededRandom } from "../../src/base/random.ts";
import { compareQuantities, judge } from "../../src/model/compare-results.ts";
import { medianInterval } from "../../src/model/statistic/median.ts";
import { pairedRatio } from "../../src/model/statistic/ratio.ts";
import { exponential, normal } from "../fixture/noise.ts";

/** A machine with so much noise in each time, and a disturbance of a fifth in one of twenty times. */
function machine(seed: number, noise: number): (time: number) => number {
  const random = seededRandom(seed);
  const gauss = normal(random);
  return (time) => time * Math.exp(noise * gauss()) * (random() < 0.05 ? 1.2 + 0.1 * exponential(random) : 1);
}

/** How often each verdict is found, in the runs that `run` makes. */
function verdicts(runs: number, run: (at: number) => Verdict): Record<Verdict, number> {
  const found = { regressed: 0, improved: 0, same: 0, inconclusive: 0 };
  for (let at = 0; at < runs; at++) found[run(at)]++;
  return found;
}

/** `compare --ab`: two commands in the same rounds. */
const commands = (noise: number, rounds: number, change: number) =>
  verdicts(300, (at) => {
    const time = machine(at, noise);
    const first = Array.from({ length: rounds }, () => time(1));
    const second = Array.from({ length: rounds }, () => time(1 + change));
    return judge(pairedRatio(second, first), 0.02, false);
  });

describe("two runs of the same thing are called the same in 95 of 100 cases", () => {
  it.each([
    [0.01, 20],
    [0.03, 42],
    [0.1, 60],
  ])("noise %d, %d rounds", (noise, rounds) => {
    const found = commands(noise, rounds, 0);
    expect(found.same / 300).toBeGreaterThanOrEqual(0.95);
    expect((found.regressed + found.improved) / 300).toBeLessThan(0.02);
  });

  it("in saved results, each of several series", () => {
    const found = verdicts(300, (at) => {
      const time = machine(at, 0.03);
      const run = () =>
        ["a", "b", "c"].map((name) => ({
          name,
          value: medianInterval(Array.from({ length: 30 }, () => time(1))),
          ...{ moreIsBetter: false, rounds: 30, withinRun: false },
        }));
      const [first] = compareQuantities(run(), run(), { threshold: 0.02, sameMachine: true });
      return first?.verdict as Verdict;
    });
    expect(found.same / 300).toBeGreaterThanOrEqual(0.95);
  });
});

describe("a slowdown of 5 % is found in 80 of 100 cases", () => {
  it.each([
    [0.01, 20],
    [0.03, 42],
    [0.03, 60],
  ])("noise %d, %d rounds", (noise, rounds) => {
    expect(commands(noise, rounds, 0.05).regressed / 300).toBeGreaterThanOrEqual(0.8);
  });
});

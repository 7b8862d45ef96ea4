import { describe, expect, it } from "vitest";
// @ts-expect-error plain JavaScript, so that it runs without a build
import { interleave, median, ratio } from "../measure.js";
// @ts-expect-error plain JavaScript, so that it runs without a build
import { rows } from "../start-cost/rows.js";

describe("interleave()", () => {
  it("runs every row once a round in an order given by the seed, and does not count warm-up rounds", async () => {
    const run = async (seed: number) => {
      const order: string[] = [];
      const samples = await interleave(
        { a: () => order.push("a"), b: () => order.push("b"), c: () => order.push("c") },
        { rounds: 5, warmUp: 1, seed },
      );
      expect(Object.values(samples).map((row) => (row as number[]).length)).toEqual([5, 5, 5]);
      expect(order).toHaveLength(18);
      for (let round = 0; round < 6; round++)
        expect(order.slice(round * 3, round * 3 + 3).sort()).toEqual(["a", "b", "c"]);
      return order.join("");
    };
    expect(await run(1)).toBe(await run(1));
    expect(await run(1)).not.toBe(await run(2));
  });

  it("stops at a row that gives a wrong answer", async () => {
    await expect(
      interleave(
        {
          wrong: () => {
            throw new Error("wrong answer");
          },
        },
        { rounds: 1 },
      ),
    ).rejects.toThrow("wrong answer");
  });
});

it("ratios compare within rounds", () => {
  const samples = { a: [2, 4, 6], b: [1, 2, 3] };
  expect(ratio(samples, "a", "b")).toEqual({ ratio: expect.closeTo(2, 9) });
  const more = { a: [2, 4, 6, 8, 10, 12], b: [1, 2, 3, 4, 5, 12] };
  expect(ratio(more, "a", "b")).toEqual(
    Object.fromEntries(
      [
        ["ratio", 2],
        ["low", 1],
        ["high", 2],
      ].map(([key, value]) => [key, expect.closeTo(value as number, 9)]),
    ),
  );
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
});

describe("start-cost", () => {
  it.each(Object.entries(rows as Record<string, () => Promise<number>>))(
    "%s makes a child that ends well",
    async (_, row) => {
      expect(await row()).toBeGreaterThan(0);
    },
  );
});

import { expect, it } from "vitest";
import { isSteady } from "../../src/measure/machine/warm-up-run.ts";
import { checkWork, runChunks } from "../../src/measure/worker/work.ts";

const job = {
  chunks: 3,
  run: (chunk: number) => chunk * 10,
  check: (parts: readonly unknown[]) => (parts.join() === "0,10,20" ? undefined : `parts are ${parts.join()}`),
};

function counter(): () => number {
  let next = 0;
  return () => next++;
}

it("runChunks does the chunks of every copy, and checkWork accepts them from several workers", () => {
  const next = counter();
  const portion = runChunks(job, 2, next);
  expect(portion).toEqual({ chunks: [0, 1, 2, 3, 4, 5], parts: [0, 10, 20, 0, 10, 20] });
  const halves = [0, 1].map((half) => ({
    chunks: portion.chunks.filter((chunk) => chunk % 2 === half),
    parts: portion.parts.filter((_, at) => at % 2 === half),
  }));
  expect(checkWork(job, 2, halves)).toBeUndefined();
});

it("checkWork reports a missing chunk and a wrong part", () => {
  expect(checkWork(job, 1, [{ chunks: [0, 1], parts: [0, 10] }])).toBe("2 chunks were done, 3 were expected");
  expect(checkWork(job, 1, [{ chunks: [0, 1, 2], parts: [0, 10, 21] }])).toBe("parts are 0,10,21");
});

it("isSteady is true when two groups of three calls agree to 2 %", () => {
  expect(isSteady([100, 100, 100, 100, 100])).toBe(false);
  expect(isSteady([300, 200, 120, 100, 100, 100])).toBe(false);
  expect(isSteady([999, 100, 101, 100, 101, 100, 99])).toBe(true);
});

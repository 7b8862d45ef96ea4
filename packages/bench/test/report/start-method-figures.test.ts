import { expect, it } from "vitest";
import { followed } from "../../src/report/data/followed.ts";
import { choiceRows, forkSentence, startMethodFigures } from "../../src/report/data/start-method-figures.ts";
import { spawnResult } from "../fixture/result.ts";

const result = spawnResult({ ballasts: [0, 2 ** 27], kinds: ["heap"] });

it("startMethodFigures has start, answer, memory and growth with the heap of each start method", () => {
  const fork = startMethodFigures(result).find(({ method }) => method === "fork");
  expect(Object.keys(fork ?? {})).toEqual(["method", "startNs", "answerNs", "memoryBytes", "heapNs"]);
  expect(startMethodFigures(spawnResult({ ballasts: [0] }))[0]).not.toHaveProperty("heapNs");
});

it("forkSentence compares fork with spawn, and says when fork was not measured", () => {
  expect(forkSentence(result)).toMatch(
    /^fork against spawn: .* ms against .* ms to start, .* to the first answer, .* MiB of memory each, \+.* for 128 MiB of heap\.$/,
  );
  expect(forkSentence(spawnResult({ names: ["spawn"] }))).toMatch(/^fork was not measured/);
  expect(forkSentence(spawnResult({ names: ["worker"] }))).toBe("");
});

it("choiceRows has a row for each measured method and for fork", () => {
  expect(choiceRows(spawnResult({ names: ["thread", "spawn"] })).map(([method]) => method)).toEqual([
    ...["method", "thread", "spawn", "fork"],
  ]);
});

it("followed keeps ours and five others, one of Node, C and Python in turn", () => {
  const rows = result.rows.filter(({ ballast }) => ballast.bytes === 0);
  const names = followed(rows, ({ family }) => family).map(({ method }) => method);
  expect(names).toEqual([
    ...["thread", "spawn", "forkserver", "worker", "worker eval", "fork"],
    ...["C pthread_create", "C fork", "Python fork"],
  ]);
});

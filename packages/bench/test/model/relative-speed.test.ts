import { expect, it } from "vitest";
import type { SpawnResult } from "../../src/base/spawn-result.ts";
import { relativeSpeedsOf } from "../../src/model/relative-speed.ts";
import { timedSeries } from "../../src/model/timed-series.ts";

const nothing = { kind: "buffer", bytes: 0 } as const;

/** A run of methods with their times by round. A method without a time in a round has no child in that round. */
function run(
  rows: readonly (readonly [method: string, family: string, times: readonly (number | undefined)[], bytes?: number])[],
): SpawnResult {
  return {
    kind: "spawn",
    rows: rows.map(([method, family, times, bytes = 0]) => ({
      ...{ method, family, ballast: { ...nothing, bytes } },
      starts: times.flatMap((goneNs, round) =>
        goneNs === undefined ? [] : [{ round, seq: round, returnedNs: 1, goneNs }],
      ),
    })),
  } as unknown as SpawnResult;
}

it("relativeSpeedsOf compares every method with the first one of Node's, over the rounds that both have", () => {
  const result = run([
    ["thread", "manyhands", [2, 2, 2, undefined, 2, 2, 2]],
    ["worker", "node", [4, 4, 4, 9, 4, 4, 4]],
    ["C fork", "native", [1, 1, 1, 1, 1, 1, 1]],
  ]);
  expect(relativeSpeedsOf(result).map(({ name, value }) => [name, value.value, value.pairs])).toEqual([
    ["thread, times as fast as worker", 2, 6],
    ["C fork, times as fast as worker", 4, 7],
  ]);
});

it("relativeSpeedsOf separates ballasts, as timedSeries does, and is empty without a method of Node's", () => {
  const result = run([
    ["worker", "node", [4]],
    ["spawn", "manyhands", [8]],
    ["worker", "node", [4], 2 ** 20],
    ["spawn", "manyhands", [16], 2 ** 20],
    ["fork", "manyhands", []],
  ]);
  expect(relativeSpeedsOf(result).map(({ name }) => name)).toEqual([
    "spawn, times as fast as worker",
    "spawn, buffer of 1 MiB, times as fast as worker",
  ]);
  expect(timedSeries(result).map(({ name }) => name)).toEqual([
    ...["worker", "spawn", "worker, buffer of 1 MiB", "spawn, buffer of 1 MiB"],
  ]);
  expect(relativeSpeedsOf(run([["spawn", "manyhands", [8]]]))).toEqual([]);
});

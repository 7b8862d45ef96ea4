import { readFileSync, writeFileSync } from "node:fs";
import { Pool, WorkerDiedError } from "@manyhands/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGate, expectNothingLeft, job, methods } from "./job.ts";

/** What a run of the slow item does; see the fixture. */
interface Plan {
  readonly afterRuns?: number;
  readonly until?: string;
  readonly exits?: boolean;
}

const never = "/never";
const options = { chunkSize: 1, retry: { attempts: 2 }, speculate: true };

it("speculate is refused without retry, by calls of other kinds, and when it is no boolean", async () => {
  await using pool = new Pool(1);
  await expect(pool.map(job("square"), [1], { speculate: true })).rejects.toThrow(
    "Cannot run map: speculate runs items twice, and without retry no item may be repeated; add retry: { attempts: 2 }",
  );
  await expect(pool.map(job("square"), [1], { retry: { attempts: 1 }, speculate: true })).rejects.toThrow(
    "Cannot run map: speculate runs items twice, and retry.attempts is 1; write 2 or more",
  );
  await expect(pool.starmap(job("square"), [[1]], { ...options, speculate: 1 } as never)).rejects.toThrow(
    "Cannot run starmap: speculate is 1, write true or false",
  );
  expect(() => pool.imap(job("square"), [1], options as never)).toThrow(/no option "speculate"/);
  expect(await pool.map(job("square"), [2], { speculate: false })).toEqual([4]);
});

describe.each(methods)("map() with speculate on %s", (startMethod) => {
  let pool: Pool;
  beforeAll(async () => {
    pool = new Pool({ processes: 3, startMethod, graceMs: 200 });
    await pool.map(job("runByPlan"), [1, 2, 3], { chunkSize: 1 });
  });
  afterAll(async () => {
    pool.close();
    await pool.join();
    await expectNothingLeft();
  });

  /** An item whose runs follow plans, and how often it has begun. */
  function slowItem(...plans: Plan[]) {
    const file = createGate();
    writeFileSync(file, "");
    return { item: { file, plans }, runs: () => readFileSync(file, "utf8").split("\n").length - 1 };
  }

  it("takes the answer of the second run of a straggler, once, and ends the first", async () => {
    const { succeeded, cancelled } = pool.stats();
    const { item, runs } = slowItem({ until: never }, {});
    const progress: number[] = [];
    const onProgress = ({ done }: { done: number }) => progress.push(done);
    const result = await pool.map(job("runByPlan"), [1, item, 3], { ...options, onProgress });
    expect(result).toEqual([1, "run 2", 3]);
    expect(runs()).toBe(2);
    expect(progress).toEqual([1, 2, 3]);
    await expect.poll(() => pool.stats().running).toBe(0);
    expect(pool.stats()).toMatchObject({ succeeded: succeeded + 3, cancelled, retried: 0 });
    expect(await pool.map(job("runByPlan"), [1, 2, 3])).toEqual([1, 2, 3]);
  });

  it("takes the answer of the first run when that ends first", async () => {
    const { item, runs } = slowItem({ afterRuns: 2 }, { until: never });
    expect(await pool.map(job("runByPlan"), [item, 2], options)).toEqual(["run 1", 2]);
    expect(runs()).toBe(2);
  });

  it("goes on with the other run when a run crashes its worker", async () => {
    const { died } = pool.stats();
    const gate = createGate();
    const { item, runs } = slowItem({ afterRuns: 2, exits: true }, { until: gate });
    const call = pool.map(job("runByPlan"), [item, 2], options);
    await expect.poll(() => pool.stats().died).toBe(died + 1);
    writeFileSync(gate, "");
    expect(await call).toEqual(["run 2", 2]);
    expect(runs()).toBe(2);
  });

  it("counts the crashes of both runs as attempts", async () => {
    const { item, runs } = slowItem({ afterRuns: 2, exits: true }, { afterRuns: 2, exits: true });
    const error = await pool.map(job("runByPlan"), [item, 2], options).catch((reason) => reason);
    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error.message).toContain("Gave up item 0 of map(runByPlan) after 2 attempts");
    expect(runs()).toBe(2);
  });

  it.each([false, true])("cancels the runs when the call is aborted, after the crash of one: %s", async (exits) => {
    const { died } = pool.stats();
    const { item, runs } = slowItem({ afterRuns: 2, ...(exits ? { exits } : { until: never }) }, { until: never });
    const abort = new AbortController();
    const outcomes: string[] = [];
    const call = pool.map(job("runByPlan"), [item, 2], {
      ...options,
      signal: abort.signal,
      onCancel: (how) => outcomes.push(how),
    });
    await expect.poll(runs).toBe(2);
    if (exits) await expect.poll(() => pool.stats().died).toBe(died + 1);
    // The other item has ended, so that the abort cancels the runs of one.
    await expect.poll(() => pool.stats().running).toBe(exits ? 1 : 2);
    abort.abort(new Error("not wanted"));
    await expect(call).rejects.toThrow("not wanted");
    expect(outcomes).toEqual(["killed"]);
    await expect.poll(() => pool.stats().running).toBe(0);
  });
});

import { Pool, setSpareWorkers } from "@manyhands/process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectNothingLeft, job } from "./job.ts";

beforeAll(async () => {
  // The first pool registers the stock of spare threads; the second call fills it.
  await setSpareWorkers(1);
  await using _ = new Pool({ processes: 1, startMethod: "thread" });
  await setSpareWorkers(1);
});
afterAll(async () => {
  await setSpareWorkers(0);
  await expectNothingLeft();
});

/** The thread id of a thread that is started now: thread ids increase in the order of starting. */
async function newest(): Promise<number> {
  // No spare is used for a pool with resource limits.
  await using pool = new Pool({ processes: 1, startMethod: "thread", resourceLimits: { stackSizeMb: 4 } });
  return (pool.stats().workers[0]?.threadId ?? 0) as number;
}

const threadId = () => process.getBuiltinModule("node:worker_threads").threadId;

it("a spare replaces a crashed or a recycled thread, each spare once", async () => {
  await using pool = new Pool({ processes: 1, maxTasksPerChild: 2, startMethod: "thread" });
  const used = [await pool.apply(threadId)];
  for (const end of ["crash", "limit", "crash", "limit"]) {
    await setSpareWorkers(1);
    const probe = await newest();
    if (end === "crash") await expect(pool.apply(job("exit"), [3])).rejects.toThrow(/exit code 3/);
    else await pool.apply(threadId);
    used.push(await pool.apply(threadId));
    expect(used.at(-1)).toBeLessThan(probe);
  }
  expect(new Set(used).size).toBe(used.length);
  expect(pool.stats()).toMatchObject({ died: 2, recycled: 2 });
});

it("a spare thread has the name, initializer and cancellation of its pool", async () => {
  const initializer = job("initialize");
  await using pool = new Pool({ processes: 1, initializer, initArgs: ["once"], startMethod: "thread" });
  expect(await pool.apply(job("initializedWith"))).toEqual([["once"]]);
  expect(await pool.apply(job("name"))).toBe(pool.stats().workers[0]?.name);
  const abort = new AbortController();
  const call = pool.apply(job("loopUntilCancelled"), [], { signal: abort.signal });
  await expect.poll(() => pool.stats().running).toBe(1);
  abort.abort(new Error("enough"));
  await expect(call).rejects.toThrow("enough");
  expect(pool.stats().died).toBe(0);
});

// Code of the program that runs inside of a call, such as a getter of an argument, uses the pool of that call.
import { ClosedError, Pool } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { expectNothingLeft, job, methods } from "./job.ts";

type Calls = Record<string, (pool: Pool, act: () => void) => Promise<unknown>>;

/** Acts, once, when the item is packed. */
const acting = (act: () => void) => {
  let hasActed = false;
  return {
    get x() {
      if (!hasActed) act();
      hasActed = true;
      return 1;
    },
  };
};

function* actingIterable(act: () => void) {
  yield 0;
  act();
  yield 1;
}

const calls: Calls = {
  "a getter of an argument": async (pool, act) => {
    const [, { x }] = await Promise.all([
      pool.apply(job("identity"), [0]),
      pool.apply(job("identity"), [acting(act)]) as Promise<{ x: number }>,
      pool.apply(job("identity"), [2]),
    ]);
    return [0, x];
  },
  "a getter of an item of map()": async (pool, act) => {
    const results = await pool.map(job("identity"), [0, acting(act)], { chunkSize: 1 });
    return [results[0], (results[1] as { x: number }).x];
  },
  "the iterable of map()": (pool, act) => pool.map(job("identity"), actingIterable(act)),
  "the iterable of imap()": async (pool, act) => {
    const results: unknown[] = [];
    for await (const result of pool.imap(job("identity"), actingIterable(act))) results.push(result);
    return results;
  },
  "a getter of an option": async (pool, act) => {
    const options = {
      get timeoutMs() {
        act();
        return 2 ** 30;
      },
    };
    return [0, await pool.apply(job("identity"), [1], options)];
  },
};

describe.each(methods)("code of the program inside of a call, by %s", (startMethod) => {
  describe.each(Object.entries(calls))("%s", (_, call) => {
    it("may terminate the pool: the call rejects, and join() resolves", async () => {
      const pool = new Pool({ processes: 2, startMethod });
      await expect(call(pool, () => pool.terminate())).rejects.toThrow(ClosedError);
      await pool.join();
      await expectNothingLeft();
    });

    it.each([1, 3])("may resize the pool to %i workers: the call goes on", async (workers) => {
      const pool = new Pool({ processes: 2, startMethod });
      await pool.map(job("identity"), [1, 2]);
      expect(await call(pool, () => pool.resize(workers))).toEqual([0, 1]);
      pool.close();
      await pool.join();
      await expectNothingLeft();
    });
  });

  it("may abort the call: it rejects with the reason, and its task never runs", async () => {
    const pool = new Pool({ processes: 1, startMethod });
    const reason = new RangeError("not wanted");
    const inCall = new AbortController();
    const inMap = new AbortController();
    const whilePacked = { signal: inCall.signal };
    const call = pool.apply(job("loop"), [acting(() => inCall.abort(reason))], whilePacked);
    const map = pool.map(
      job("loop"),
      actingIterable(() => inMap.abort(reason)),
      { signal: inMap.signal },
    );
    expect(await Promise.allSettled([call, map])).toEqual([
      { status: "rejected", reason },
      { status: "rejected", reason },
    ]);
    expect(await pool.apply(job("identity"), [5])).toBe(5);
    expect(pool.stats().died).toBe(0);
    pool.close();
    await pool.join();
    await expectNothingLeft();
  });
});

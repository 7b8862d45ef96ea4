// What every pool does, wherever it is: in this process, or in a manager.
import { Manager, Pool, type PoolOptions, type StartMethodName } from "@manyhands/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const double = (x: number) => x * 2;
const add = (a: number, b: number) => a + b;
const fail = (x: number) => {
  throw new RangeError(`failed ${x}`);
};

/** What all pools have in common. */
interface AnyPool {
  apply(fn: unknown, args: readonly unknown[]): Promise<unknown>;
  map(fn: unknown, items: readonly unknown[], options?: { chunkSize?: number }): Promise<unknown[]>;
  starmap(fn: unknown, items: readonly (readonly unknown[])[]): Promise<unknown[]>;
  imap(fn: unknown, items: readonly unknown[]): AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>;
  imapUnordered(fn: unknown, items: readonly unknown[]): AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>;
  close(): void | Promise<void>;
  terminate(): Promise<void>;
  join(): Promise<void>;
}

function everyPoolContract(where: string, startMethod: StartMethodName, isManaged: boolean): void {
  describe(`a pool ${where}`, () => {
    let manager: Manager | undefined;
    let pool: AnyPool;
    const open = (options: number | PoolOptions) =>
      (manager === undefined ? new Pool(options) : manager.pool(options)) as unknown as Promise<AnyPool>;
    beforeAll(async () => {
      if (isManaged) manager = await new Manager({ startMethod: "thread" }).start();
      pool = await open({ processes: 2, startMethod });
    });
    afterAll(async () => {
      await pool.terminate();
      await manager?.shutdown();
    });
    const all = async (results: AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>) => {
      const values: unknown[] = [];
      for await (const value of await results) values.push(value);
      return values;
    };

    it("refuses fewer than one worker", { tags: ["_TestPool.test_make_pool"] }, async () => {
      for (const count of [0, -1]) await expect((async () => open(count))()).rejects.toThrow(RangeError);
    });

    it("apply(), map() and starmap() return the results", {
      tags: ["_TestPool.test_apply", "_TestPool.test_map", "_TestPool.test_starmap"],
    }, async () => {
      expect(await pool.apply(add, [2, 3])).toBe(5);
      const items = Array.from({ length: 100 }, (_, i) => i);
      expect(await pool.map(double, items)).toEqual(items.map(double));
      expect(await pool.map(double, items, { chunkSize: 7 })).toEqual(items.map(double));
      expect(await pool.map(double, [])).toEqual([]);
      expect(
        await pool.starmap(add, [
          [1, 2],
          [3, 4],
        ]),
      ).toEqual([3, 7]);
    });

    it("imap() yields in order, and imapUnordered() yields all", {
      tags: ["_TestPool.test_imap", "_TestPool.test_imap_unordered"],
    }, async () => {
      expect(await all(pool.imap(double, [1, 2, 3]))).toEqual([2, 4, 6]);
      expect((await all(pool.imapUnordered(double, [1, 2, 3]))).sort()).toEqual([2, 4, 6]);
    });

    it("rejects with the error of a function, and goes on", async () => {
      await expect(pool.apply(fail, [1])).rejects.toThrow(new RangeError("failed 1"));
      await expect(pool.map(fail, [2])).rejects.toThrow(RangeError);
      await expect(all(pool.imap(fail, [3]))).rejects.toThrow("failed 3");
      expect(await pool.apply(double, [4])).toBe(8);
    });

    it("finishes accepted calls after close(), and refuses further ones", async () => {
      const other = await open({ processes: 1, startMethod });
      const accepted = other.map(double, [1, 2]);
      await other.close();
      await expect((async () => other.apply(double, [1]))()).rejects.toThrow();
      expect(await accepted).toEqual([2, 4]);
      await other.join();
    });
  });
}

for (const startMethod of ["thread", "spawn"] as const) {
  everyPoolContract(`by ${startMethod}`, startMethod, false);
  everyPoolContract(`by ${startMethod} in a manager`, startMethod, true);
}

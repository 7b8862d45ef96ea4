import { writeFileSync } from "node:fs";
import {
  activeChildren,
  CloneError,
  ClosedError,
  type Engine,
  getContext,
  InvalidStateError,
  MaybeEncodingError,
  Pool,
  type PoolOptions,
  ProcessStateError,
  type StartMethodName,
  TimeoutError,
} from "@manyhands/process";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { collect, createGate, expectNothingLeft, job } from "./job.ts";

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const squares = (n: number) => range(n).map((x) => x * x);

/**
 * The contract of a Pool, for every start method and engine.
 *
 * @param createEngine creates an engine whose workers are on other machines. Default: that of the start method.
 */
export function poolContract(startMethod: StartMethodName, createEngine?: () => Engine): void {
  const how = (): PoolOptions => (createEngine === undefined ? { startMethod } : { engine: createEngine() });
  const make = (options: PoolOptions = {}) => new Pool({ processes: 2, ...how(), ...options });
  const name = createEngine?.().startMethod ?? startMethod;

  describe(`Pool on ${name}`, () => {
    let pool: Pool;
    beforeAll(() => {
      pool = make();
    });
    // A test that fails may have broken it, or left tasks that never end: the tests after it get another one.
    afterEach(({ task }) => {
      if (task.result?.state !== "fail") return;
      pool.terminate();
      pool = make();
    });
    afterAll(async () => {
      pool.close();
      await pool.join();
      await expectNothingLeft();
    });

    it("apply() calls with positional arguments and trailing options", { tags: ["_TestPool.test_apply"] }, async () => {
      expect(await pool.apply(job("square"), [5])).toBe(25);
      expect(await pool.apply(job("options"), [5, { times: 3, plus: 1 }])).toBe(16);
      expect(await pool.apply(job("addAll"))).toBe(0);
    });

    it("apply() is asynchronous", { tags: ["_TestPool.test_async"] }, async () => {
      const pending = pool.apply(job("slowly"), ["late", 20]);
      expect(pending).toBeInstanceOf(Promise);
      expect(await pending).toBe("late");
    });

    it("map() keeps the order of the items, with and without a chunk size", {
      tags: ["_TestPool.test_map"],
    }, async () => {
      expect(await pool.map(job("square"), range(10))).toEqual(squares(10));
      expect(await pool.map(job("square"), range(100), { chunkSize: 20 })).toEqual(squares(100));
      expect(await pool.map(job("square"), range(5000))).toEqual(squares(5000));
    });

    it("map() reads any iterable, typed array or async iterable", async () => {
      expect(await pool.map(job("square"), new Set([1, 2, 3]))).toEqual([1, 4, 9]);
      expect(await pool.map(job("square"), Int16Array.from(range(300)))).toEqual(squares(300));
      expect(await pool.map(job("add"), "ab")).toEqual(["aundefined", "bundefined"]);
      async function* later() {
        yield 2;
        yield 3;
      }
      expect(await pool.map(job("square"), later())).toEqual([4, 9]);
      await expect(pool.map(job("square"), 5 as never)).rejects.toThrow(TypeError);
    });

    it("map() copies items of every type", async () => {
      const items = [1, -0, Number.NaN, "a", null, undefined, 5n, true, { deep: [new Map([[1, new Date(0)]])] }];
      expect(await pool.map(job("identity"), items)).toEqual(items);
      const many = range(200).map((i) => (i === 100 ? -0 : i));
      expect(Object.is((await pool.map(job("identity"), many, { chunkSize: 200 }))[100], -0)).toBe(true);
    });

    it("map() and apply() take any function, with the variables that it captures", async () => {
      const factor = 3;
      const scale = (x: number) => x * factor;
      expect(await pool.map(scale, range(4))).toEqual([0, 3, 6, 9]);
      expect(await pool.apply((a: number, b: number) => scale(a) + b, [2, 1])).toBe(7);
      const { Pool: Bound } = getContext(startMethod);
      await using bound = new Bound({ processes: 1, ...(createEngine !== undefined && how()) });
      expect(bound.stats().startMethod).toBe(name);
      expect(await bound.apply(scale, [5])).toBe(15);
    });

    it("starmap() spreads each item into arguments", { tags: ["_TestPool.test_starmap"] }, async () => {
      const items = range(100).map((i) => [i, 99 - i] as const);
      expect(await pool.starmap(job("add"), items)).toEqual(range(100).map(() => 99));
      expect(await pool.starmap(job("add"), items, { chunkSize: 20 })).toEqual(range(100).map(() => 99));
    });

    it("starmap() gives the results of sequential calls", { tags: ["_TestPool.test_starmap_async"] }, async () => {
      const items = range(20).map((i) => [i, i + 1, i + 2]);
      expect(await pool.starmap(job("addAll"), items)).toEqual(range(20).map((i) => 3 * i + 3));
    });

    it("map() settles once, after onProgress", { tags: ["_TestPool.test_map_async_callbacks"] }, async () => {
      const calls: string[] = [];
      const done = pool
        .map(job("square"), range(6), { chunkSize: 3, onProgress: ({ done, total }) => calls.push(`${done}/${total}`) })
        .then((values) => calls.push(JSON.stringify(values)));
      await done;
      expect(calls).toEqual(["3/6", "6/6", "[0,1,4,9,16,25]"]);
      const failed = await pool.map(job("fail"), [1]).catch((error: Error) => error);
      expect(failed).toBeInstanceOf(RangeError);
    });

    it("apply() rejects once, with the error that the task threw", {
      tags: ["_TestPoolWorkerErrors.test_async_error_callback"],
    }, async () => {
      const caught: unknown[] = [];
      const error = await pool.apply(job("fail"), ["odd"]).catch((reason) => {
        caught.push(reason);
        return reason;
      });
      expect(caught).toEqual([error]);
      expect(error).toMatchObject({ message: "odd", code: "ENO" });
    });

    it("map() rejects with the error of its input, at any item", {
      tags: ["_TestPool.test_map_handle_iterable_exception"],
    }, async () => {
      const reason = new Error("input");
      function* broken(at: number) {
        for (let i = 0; ; i++) {
          if (i === at) throw reason;
          yield i;
        }
      }
      for (const at of [0, 1, 50]) {
        await expect(pool.map(job("square"), broken(at))).rejects.toBe(reason);
        await expect(pool.map(job("square"), broken(at), { chunkSize: 1 })).rejects.toBe(reason);
      }
      async function* brokenLater() {
        yield 1;
        throw reason;
      }
      await expect(pool.map(job("square"), brokenLater())).rejects.toBe(reason);
      expect(await pool.apply(job("square"), [3])).toBe(9);
    });

    it("apply() rejects with a TimeoutError when timeoutMs has passed", {
      tags: ["_TestPool.test_async_timeout"],
    }, async () => {
      // A task may need long to stop on a slow machine.
      const own = make({ processes: 1, graceMs: Number.POSITIVE_INFINITY });
      const slow = own.apply(job("untilCancelled"), [], { timeoutMs: 30 });
      const error = (await slow.catch((reason) => reason)) as TimeoutError;
      own.close();
      await own.join();
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error.message).toMatch(/within 30 ms: it stopped when asked to/);
    });

    // A SharedEvent cannot be sent to another machine.
    it.skipIf(createEngine !== undefined)(
      "applyAsync() and mapAsync() give results whose wait has a time limit of its own",
      {
        tags: ["_TestPool.test_async", "_TestPool.test_async_timeout", "_TestPool.test_starmap_async"],
      },
      async () => {
        const { SharedEvent } = getContext(startMethod);
        const mayEnd = new SharedEvent();
        const waitFor = async (event: typeof mayEnd, value: number) => {
          await event.wait();
          if (value < 0) throw new RangeError(`refused ${value}`);
          return value;
        };
        const [one, failing] = [pool.applyAsync(waitFor, [mayEnd, 1]), pool.applyAsync(waitFor, [mayEnd, -1])];
        expect([one.ready, String(one)]).toEqual([false, "AsyncResult(applyAsync(), pending)"]);
        expect(() => one.successful).toThrow(InvalidStateError);
        expect(await one.wait({ timeoutMs: 1 })).toBe(false);
        await expect(one.get({ timeoutMs: 1 })).rejects.toThrow(TimeoutError);
        await expect(one.get({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
        mayEnd.set();
        expect([await one.get(), one.ready, one.successful, await one.get({ timeoutMs: 0 })]).toEqual([
          1,
          true,
          true,
          1,
        ]);
        expect([await failing.wait(), failing.successful]).toEqual([true, false]);
        await expect(failing.get()).rejects.toThrow("refused -1");
        expect(await pool.mapAsync(job("square"), range(10)).get()).toEqual(squares(10));
        expect(await pool.starmapAsync(job("add"), [[1, 2]]).get({ timeoutMs: 100_000 })).toEqual([3]);
      },
    );

    it("imap() gives results in order and then stays done", { tags: ["_TestPool.test_imap"] }, async () => {
      const results = pool.imap(job("square"), range(10));
      for (const i of range(10)) expect(await results.next()).toEqual({ done: false, value: i * i });
      expect(await results.next()).toEqual({ done: true, value: undefined });
      expect(await results.next()).toEqual({ done: true, value: undefined });
      expect(await collect(pool.imap(job("square"), range(1000), { chunkSize: 100 }))).toEqual(squares(1000));
    });

    it("imap() rejects with the error of its input, after the items before it", {
      tags: ["_TestPool.test_imap_handle_iterable_exception"],
    }, async () => {
      const reason = new Error("input");
      function* broken() {
        yield* range(10);
        throw reason;
      }
      async function* brokenLater() {
        yield* broken();
      }
      for (const [input, chunkSize, values] of [
        [broken(), 1, 10],
        [brokenLater(), 1, 10],
        [broken(), 4, 8],
        [brokenLater(), 4, 8],
      ] as const) {
        const results = pool.imap(job("square"), input, { chunkSize });
        for (const i of range(values)) expect((await results.next()).value).toBe(i * i);
        await expect(results.next()).rejects.toBe(reason);
        expect((await results.next()).done).toBe(true);
      }
    });

    it("imapUnordered() gives all results, in any order", { tags: ["_TestPool.test_imap_unordered"] }, async () => {
      const ascending = (a: number, b: number) => a - b;
      expect((await collect(pool.imapUnordered(job("square"), range(30)))).sort(ascending)).toEqual(squares(30));
      const chunked = await collect(pool.imapUnordered(job("square"), range(1000), { chunkSize: 53 }));
      expect(chunked.sort(ascending)).toEqual(squares(1000));
    });

    it("imapUnordered() gives a quick result before a slow one", async () => {
      const gate = createGate();
      const results = pool.imapUnordered<[string, string?], unknown>(job("givePairWhenExists"), [
        ["slow", gate],
        ["quick"],
      ]);
      expect((await results.next()).value).toBe("quick");
      writeFileSync(gate, "");
      expect((await results.next()).value).toBe("slow");
    });

    it("imapUnordered() rejects with the error of its input", {
      tags: ["_TestPool.test_imap_unordered_handle_iterable_exception"],
    }, async () => {
      const reason = new Error("input");
      function* broken() {
        yield* range(10);
        throw reason;
      }
      const values: number[] = [];
      const all = (async () => {
        for await (const value of pool.imapUnordered(job("square"), broken())) values.push(value);
      })();
      await expect(all).rejects.toBe(reason);
      for (const value of values) expect(squares(10)).toContain(value);
    });

    it("imap() goes on after a failed item", async () => {
      for (const chunkSize of [1, 3]) {
        const results = pool.imap(job("failOdd"), range(4), { chunkSize });
        expect((await results.next()).value).toBe(0);
        await expect(results.next()).rejects.toMatchObject({ message: "odd: 1", itemIndex: 1 });
        expect((await results.next()).value).toBe(2);
        await expect(results.next()).rejects.toMatchObject({ message: "odd: 3", itemIndex: 3 });
        expect((await results.next()).done).toBe(true);
      }
    });

    it("imap() reads at most bufferSize items ahead", async () => {
      let read = 0;
      let closed = false;
      function* endless() {
        try {
          for (;;) yield read++;
        } finally {
          closed = true;
        }
      }
      const results = pool.imap(job("square"), endless(), { bufferSize: 3 });
      expect((await results.next()).value).toBe(0);
      await pool.apply(job("square"), [1]);
      expect(read).toBe(4);
      expect((await results.next()).value).toBe(1);
      expect(read).toBe(5);
      await results.return();
      expect(closed).toBe(true);
      expect((await results.next()).done).toBe(true);
    });

    it("imap()'s next() loses no result when it times out", async () => {
      const results = pool.imap(job("slowly"), ["late"]);
      await expect(results.next({ timeoutMs: 1 })).rejects.toBeInstanceOf(TimeoutError);
      expect((await results.next()).value).toBe("late");
    });

    it("every kind of map gives no results for an empty input", {
      tags: ["_TestPool.test_empty_iterable"],
    }, async () => {
      expect(await pool.map(job("square"), [])).toEqual([]);
      expect(await pool.starmap(job("add"), [])).toEqual([]);
      expect(await collect(pool.imap(job("square"), []))).toEqual([]);
      expect(await collect(pool.imapUnordered(job("square"), []))).toEqual([]);
    });

    it("an error shows the stack of the worker and that of the caller", {
      tags: ["_TestPool.test_traceback"],
    }, async () => {
      const error = (await pool.apply(job("fail"), ["x"]).catch((reason) => reason)) as RangeError;
      expect(error.stack).toMatch(/at fail .*pool-job\.js:\d+/);
      expect(error.stack).toMatch(/in apply\(fail\), which was called\n[\s\S]*pool-contract\.ts/);
      expect((error.cause as Error).message).toBe("why");
      const input = new Error("input");
      // biome-ignore lint/correctness/useYield: the input fails at once
      function* broken(): Generator<number> {
        throw input;
      }
      const own = input.stack;
      await expect(pool.map(job("square"), broken())).rejects.toBe(input);
      expect(input.stack).toBe(own);
    });

    it("an error keeps its class", { tags: ["_TestPool.test_wrapped_exception"] }, async () => {
      await expect(pool.apply(job("fail"))).rejects.toBeInstanceOf(RangeError);
      const own = await pool.apply(job("throwClass")).catch((reason) => reason);
      expect(own).toBeInstanceOf(TypeError);
      expect(own.constructor.name).toBe("PartError");
    });

    it("map() waits for all chunks before it rejects", { tags: ["_TestPool.test_map_no_failfast"] }, async () => {
      let done = 0;
      const onProgress = (progress: { done: number }) => {
        done = progress.done;
      };
      const error = await pool
        .map(job("failAt3Slowly"), range(6), { chunkSize: 1, onProgress })
        .catch((reason) => reason);
      expect(error).toMatchObject({ message: "three", itemIndex: 3 });
      expect(done).toBe(6);
    });

    it("a result that cannot be cloned fails only its call", {
      tags: ["_TestPoolWorkerErrors.test_unpickleable_result"],
    }, async () => {
      const before = new Set(pool.stats().workers.map(({ name }) => name));
      for (const _ of range(20)) {
        const error = (await pool.apply(job("giveSymbol")).catch((reason) => reason)) as MaybeEncodingError;
        expect(error).toBeInstanceOf(MaybeEncodingError);
        expect(error).toBeInstanceOf(CloneError);
        expect(error.exc).toMatch(/CloneError: .*Symbol/);
        expect(error.value).toMatch(/Symbol/);
      }
      expect(new Set(pool.stats().workers.map(({ name }) => name))).toEqual(before);
    });

    it("apply() resolves with an error that the task returns", async () => {
      const value = await pool.apply(job("giveError"));
      expect(value).toBeInstanceOf(RangeError);
      expect(value.message).toBe("a value");
    });

    it("apply() rejects when the module cannot be parsed or lacks the export", async () => {
      const module = new URL("data:text/javascript,export const broken = ;");
      await expect(pool.apply({ module, name: "broken" }, [])).rejects.toBeInstanceOf(SyntaxError);
      await expect(pool.apply(job("nothingOfTheKind"), [] as never)).rejects.toThrow(/does not export/);
      expect(await pool.apply(job("square"), [2])).toBe(4);
    });

    it("terminate() rejects all calls promptly, with many slow tasks", {
      tags: ["_TestPool.test_terminate"],
    }, async () => {
      const own = make();
      const all = own.map(job("slowly"), range(10_000), { chunkSize: 1 });
      const one = own.apply(job("slowly"));
      const results = own.imap(job("slowly"), range(10));
      const began = performance.now();
      own.terminate();
      own.terminate();
      const settled = await Promise.allSettled([all, one, results.next()]);
      expect(settled.map((outcome) => outcome.status === "rejected" && outcome.reason instanceof ClosedError)).toEqual([
        true,
        true,
        true,
      ]);
      expect(await own.join()).toBe(true);
      expect(performance.now() - began).toBeLessThan(20_000);
    });

    it("leaving a scope terminates the pool", { tags: ["_TestPool.test_context"] }, async () => {
      let lost: Promise<unknown>;
      let own: Pool;
      {
        await using scoped = make();
        own = scoped;
        expect(await own.apply(job("square"), [2])).toBe(4);
        lost = own.apply(job("slowly"), [1, 10_000]).catch((error) => error);
      }
      expect(await lost).toBeInstanceOf(ClosedError);
      await expect(own.map(job("square"), [1])).rejects.toBeInstanceOf(ClosedError);
      expect(() => own.imap(job("square"), [1])).toThrow(ClosedError);
    });

    it("close() finishes all queued calls, and join() waits for them", async () => {
      const own = make({ processes: 1 });
      await expect(own.join()).rejects.toBeInstanceOf(ProcessStateError);
      const values = Promise.all(range(5).map((i) => own.apply(job("slowly"), [i, 5])));
      const unread = own.imap(job("square"), range(100), { bufferSize: 1 });
      own.close();
      await expect(own.apply(job("square"), [1])).rejects.toBeInstanceOf(ClosedError);
      expect(await own.join()).toBe(true);
      expect(await values).toEqual(range(5));
      expect(await collect(unread)).toEqual(squares(100));
    });

    it("maxTasksPerChild replaces a worker after that many tasks", {
      tags: ["_TestPoolWorkerLifetime.test_pool_worker_lifetime"],
    }, async () => {
      const own = make({ processes: 3, maxTasksPerChild: 10 });
      const values = await Promise.all(range(100).map(() => own.apply(job("countTasks"))));
      const byWorker = Map.groupBy ? Map.groupBy(values, ({ who }) => who) : new Map([["", values]]);
      expect(byWorker.size === 1 || byWorker.size >= 10).toBe(true);
      expect(Math.max(...values.map(({ tasks }) => tasks))).toBeLessThanOrEqual(10);
      expect(new Set(values.map(({ who }) => who)).size).toBeGreaterThanOrEqual(10);
      own.close();
      await own.join();
      expect(own.stats().died).toBe(0);
    });

    it("maxTasksPerChild counts a chunk as one task", async () => {
      const own = make({ processes: 1, maxTasksPerChild: 1 });
      const whos = await own.map(job("whoAmI"), range(6), { chunkSize: 3 });
      expect(new Set(whos).size).toBe(2);
      own.close();
      await own.join();
    });

    it("maxBytesPerChild replaces a worker that holds too much memory", async () => {
      const maxBytesPerChild = startMethod === "thread" ? 60e6 : 200e6;
      const own = make({ processes: 1, maxBytesPerChild });
      const first = await own.apply(job("whoAmI"));
      expect(await own.apply(job("whoAmI"))).toBe(first);
      await own.apply(job("keepBytes"), [250e6]);
      expect(await own.apply(job("whoAmI"))).not.toBe(first);
      own.close();
      await own.join();
      expect(own.stats()).toMatchObject({ recycled: 1, died: 0 });
    });

    it("the initializer runs once in each worker, replacements included", {
      tags: ["TestInitializers.test_pool_initializer"],
    }, async () => {
      expect(() => make({ initializer: 1 as never })).toThrow(TypeError);
      const own = make({
        processes: 1,
        initializer: job("initialize"),
        initArgs: [1, { two: 2 }],
        maxTasksPerChild: 2,
      });
      for (const _ of range(4)) expect(await own.apply(job("initializedWith"))).toEqual([[1, { two: 2 }]]);
      own.close();
      await own.join();
    });

    it("a pool has the number of workers of its option, and refuses an invalid one", {
      tags: ["_TestPool.test_make_pool"],
    }, async () => {
      for (const processes of [0, -1, 1.5, "2"])
        expect(() => make({ processes: processes as number })).toThrow(RangeError);
      const own = make({ processes: 3 });
      expect(own.stats().workers).toHaveLength(3);
      const idle = () => own.stats().workers.filter(({ state }) => state === "idle").length;
      await expect.poll(idle).toBe(3);
      const whos = await Promise.all(range(3).map(() => own.apply(job("sleepThenWho"), [200])));
      expect(new Set(whos).size).toBe(3);
      own.terminate();
      await own.join();
    });

    it("the constructor leaves no worker when one cannot be started", {
      tags: ["TestPoolNotLeakOnFailure.test_release_unused_processes"],
    }, async () => {
      const before = activeChildren().length;
      let made = 0;
      // Packing the arguments of the third worker throws.
      const initArgs = [
        Object.defineProperty({}, "field", {
          enumerable: true,
          get() {
            made += 1;
            if (made > 2) throw new Error("no more workers");
            return made;
          },
        }),
      ];
      expect(() => make({ processes: 4, initializer: job("initialize"), initArgs })).toThrow("no more workers");
      expect(made).toBe(3);
      await expect.poll(activeChildren).toHaveLength(before);
    });

    it("the constructor refuses an invalid maxTasksPerChild", {
      tags: ["_TestPoolWorkerLifetime.test_pool_maxtasksperchild_invalid"],
    }, () => {
      for (const maxTasksPerChild of [0, -1, 0.5, "12"]) {
        expect(() => make({ maxTasksPerChild: maxTasksPerChild as number })).toThrow(RangeError);
      }
    });

    it("a nested pool gets its worker's share of the processors", async () => {
      const own = make({ processes: 2 });
      const { size, values, cpus } = await own.apply(job("nested"));
      expect(size).toBe(Math.max(1, Math.floor(cpus / 2)));
      expect(values).toEqual([1, 4, 9]);
      own.close();
      await own.join();
    });

    it("transfer() moves a buffer to the worker and back", async () => {
      const { transfer } = await import("@manyhands/process");
      const bytes = new Uint8Array(1000);
      expect(await pool.apply(job("byteLength"), [transfer(bytes, [bytes.buffer])])).toBe(1000);
      expect(bytes.byteLength).toBe(0);
      expect((await pool.apply(job("transferBack"), [10])).buffer.byteLength).toBe(10);
    });

    it("map() sends a value that every item contains once to each worker, which forgets it after the map", async () => {
      const own = make({ processes: 1 });
      const big = range(2000).map((i) => `item ${i}`);
      const rows = range(20).map((i) => [big, i] as const);
      const once = range(20).map(() => 1);
      expect(await own.starmap(job("countDifferent"), rows, { chunkSize: 1 })).toEqual(once);
      await own.apply(job("forgetDifferent"));
      expect(await own.map(job("countDifferent"), range(20).fill(big as never), { chunkSize: 3 })).toEqual(once);
      await own.apply(job("forgetDifferent"));
      const fields = own.imap<{ big: string[]; i: number }, string>(
        ({ big, i }) => `${big.length} ${i}`,
        range(5).map((i) => ({ big, i })),
      );
      expect(await collect(fields)).toEqual(range(5).map((i) => `2000 ${i}`));
      // The map before has ended, so later changes are seen.
      big.push("one more");
      expect(await own.starmap(job("lengthOf"), rows, { chunkSize: 1 })).toEqual(range(20).map(() => 2001));
      own.close();
      await own.join();
    });

    it("map() reports an error of onProgress as a warning and goes on", async () => {
      const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      const onProgress = () => {
        throw new Error("no bar");
      };
      expect(await pool.map(job("square"), [1, 2], { onProgress })).toEqual([1, 4]);
      expect(warned.mock.calls[0]?.[0]).toMatchObject({ message: "no bar" });
      warned.mockRestore();
    });

    it("join() times out and terminate() works while an endless imap runs", async () => {
      const own = make({ processes: 1 });
      function* endless() {
        for (let i = 0; ; i++) yield i;
      }
      const results = own.imap(job("square"), endless());
      expect((await results.next()).value).toBe(0);
      own.close();
      expect(await own.join({ timeoutMs: 50 })).toBe(false);
      own.terminate();
      expect(await own.join()).toBe(true);
    });

    it("imap() rejects when the input's next() gives no iterator result", async () => {
      const input = { [Symbol.iterator]: () => ({ next: () => 5 }) } as unknown as Iterable<number>;
      await expect(pool.imap(job("square"), input).next()).rejects.toThrow(/its next\(\) gave 5/);
    });

    it("a task that polls for its cancellation is not interrupted by the next task", async () => {
      const own = make({ processes: 1 });
      for (const _ of range(30)) await own.apply(job("pollFor"), [0]);
      const depths = range(40).map(async (i) => {
        // Some calls arrive while others run.
        if (i % 4 === 0) await own.apply(job("pollFor"), [0]);
        return own.apply(job("pollFor"), [1.5]);
      });
      expect(new Set(await Promise.all(depths))).toEqual(new Set([1]));
      own.close();
      await own.join();
    });

    it("timers run between tasks in a worker", async () => {
      const own = make({ processes: 1 });
      const first = await own.apply(job("ticksBetweenTasks"));
      expect(first).toBe(0);
      await expect.poll(() => own.apply(job("ticksBetweenTasks")), { interval: 20 }).toBeGreaterThan(0);
      own.terminate();
      await own.join();
    });
  });
}

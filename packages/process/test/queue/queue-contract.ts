import { inspect } from "node:util";
import {
  CloneError,
  ClosedError,
  getContext,
  NotShareableError,
  Process,
  QueueEmptyError,
  QueueFullError,
  type StartMethodName,
} from "@manyhands/process";
import { describe, expect, it } from "vitest";

const job = new URL("../fixture/queueing.js", import.meta.url);

/** The contract of SimpleQueue, Queue and JoinableQueue, in the memory of any start method. */
export function queueContract(startMethod: StartMethodName): void {
  const { JoinableQueue, Queue, SharedArray, SharedEvent, SimpleQueue } = getContext(startMethod);
  const start = (name: string, ...args: unknown[]) =>
    new Process({ module: job, name }, { startMethod, args, stderr: "pipe" }).start();
  const run = (name: string, ...args: unknown[]) => start(name, ...args).result();
  const drained = <T>(queue: { tryGet(): { value: T } | undefined }) => {
    const values: T[] = [];
    for (let got = queue.tryGet(); got !== undefined; got = queue.tryGet()) values.push(got.value);
    return values;
  };

  describe(`Queue of ${startMethod}`, () => {
    it("is full at its size, by any form of put", { tags: ["_TestQueue.test_put"] }, async () => {
      const queue = new Queue(6);
      const isDone = new SharedEvent();
      const child = start("takeAndSet", queue, 6, isDone);
      await queue.put(1);
      await queue.put(2, { timeoutMs: 100_000 });
      queue.putSync(3);
      queue.putSync(4, { timeoutMs: 100_000 });
      expect(queue.tryPut(5)).toBe(true);
      await queue.put(6, { timeoutMs: 0 });
      expect(await child.result()).toEqual([1, 2, 3, 4, 5, 6]);
      expect(isDone.isSet).toBe(true);
      expect(queue.isEmpty).toBe(true);
      expect(queue.isFull).toBe(false);
      for (let i = 0; i < 6; i++) queue.putSync(i);
      expect(queue.isFull).toBe(true);
      expect(queue.isEmpty).toBe(false);
      expect(queue.tryPut(7)).toBe(false);
      await expect(queue.put(7, { timeoutMs: 0 })).rejects.toThrow(QueueFullError);
      const began = performance.now();
      await expect(queue.put(7, { timeoutMs: 20 })).rejects.toThrow(QueueFullError);
      expect(() => queue.putSync(7, { timeoutMs: 20 })).toThrow(QueueFullError);
      expect(performance.now() - began).toBeGreaterThan(35);
      const late = queue.put("late");
      expect(await queue.get()).toBe(0);
      await late;
      expect(drained(queue)).toEqual([1, 2, 3, 4, 5, "late"]);
    });

    it("returns values in the order of the puts, and times out when it is empty", {
      tags: ["_TestQueue.test_get"],
    }, async () => {
      const queue = new Queue();
      await run("putAll", queue, [1, 2, 3, 4]);
      expect(await queue.get()).toBe(1);
      expect(await queue.get({ timeoutMs: 100_000 })).toBe(2);
      expect(queue.getSync()).toBe(3);
      expect(queue.tryGet()).toEqual({ value: 4 });
      expect(queue.tryGet()).toBeUndefined();
      await expect(queue.get({ timeoutMs: 0 })).rejects.toThrow(QueueEmptyError);
      await expect(queue.get({ timeoutMs: 20 })).rejects.toThrow(QueueEmptyError);
      expect(() => queue.getSync({ timeoutMs: 20 })).toThrow(QueueEmptyError);
      const abort = new AbortController();
      const aborted = queue.get({ signal: abort.signal });
      abort.abort(new Error("enough"));
      await expect(aborted).rejects.toThrow("enough");
      await queue.put("after");
      expect(await queue.get()).toBe("after");
    });

    it("size is the number of values in it", { tags: ["_TestQueue.test_qsize"] }, async () => {
      const queue = new Queue();
      const sizes = [queue.size];
      await queue.put(1);
      sizes.push(queue.size);
      await queue.put(5);
      sizes.push(queue.size);
      await queue.get();
      sizes.push(queue.size);
      await queue.get();
      expect([...sizes, queue.size]).toEqual([0, 1, 2, 1, 0]);
    });

    it("put() names the part of a value that cannot be sent, and uses no space for the value", {
      tags: ["_TestQueue.test_queue_feeder_donot_stop_onexc"],
    }, async () => {
      const queue = new Queue(1);
      await expect(queue.put({ deep: [new WeakMap()] })).rejects.toThrow(CloneError);
      await expect(queue.put({ deep: [new WeakMap()] })).rejects.toThrow("value.deep[0]");
      const throwing = {
        get x() {
          throw new RangeError("no x");
        },
      };
      await expect(queue.put({ throwing })).rejects.toThrow(CloneError);
      if (startMethod !== "thread") expect(() => queue.putSync(new SharedArrayBuffer(8))).toThrow(NotShareableError);
      const { port1, port2 } = new MessageChannel();
      expect(() => queue.tryPut({ port: port1 })).toThrow("value.port");
      port1.close();
      port2.close();
      expect(queue.size).toBe(0);
      expect(queue.tryPut(true)).toBe(true);
      expect(queue.size).toBe(1);
      expect(await queue.get({ timeoutMs: 100_000 })).toBe(true);
      expect(queue.isEmpty).toBe(true);
    });

    it("get() returns what a child put into a queue that it created", {
      tags: ["TestStdinBadfiledescriptor.test_queue_in_process"],
    }, async () => {
      expect(await run("inside", startMethod)).toBe(true);
    });

    it("returns values of all types unchanged", async () => {
      const queue = new SimpleQueue();
      const shared = { a: 1 };
      const cyclic: { self?: unknown } = {};
      cyclic.self = cyclic;
      const values = [
        undefined,
        null,
        0,
        -0,
        Number.NaN,
        2 ** 53,
        1n << 70n,
        "",
        "é\ud800",
        Object.assign(new Array(3), { 0: 1, 2: 3 }),
        { __proto__: null, x: 1 },
        JSON.parse('{"__proto__":{"y":1}}'),
        { "manyhands:form": ["shareable", {}] },
        [shared, shared],
        cyclic,
        new Map([[{ k: 1 }, new Set([1n])]]),
        new Date(7),
        /x/g,
        new Float64Array([1, 2]),
        Buffer.from("bytes"),
        new Uint8Array([1, 2]),
        { nested: Buffer.from("b"), deep: Array.from({ length: 40 }, (_, i) => ({ i })) },
        ...[-1, 255, -256, 65_536, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, -(2 ** 31) - 1, 1.5],
      ];
      for (const value of values) await queue.put(value);
      const got = drained(queue);
      expect(got).toEqual(values);
      expect(got[3]).toBe(-0);
      expect((got[13] as unknown[])[0]).toBe((got[13] as unknown[])[1]);
      expect((got[14] as { self: unknown }).self).toBe(got[14]);
      expect(Buffer.isBuffer(got[19])).toBe(true);
      expect(Buffer.isBuffer(got[20])).toBe(false);
      await queue.put(new RangeError("kept"));
      expect(await queue.get()).toBeInstanceOf(RangeError);
    });

    it("returns arrays with their fields, and objects with a field named constructor", async () => {
      const queue = new SimpleQueue();
      const arrays = [Object.assign([1], { name: "n" }), ...[30, 3000].map((n) => new Array(n).fill("x"))];
      for (const n of [30, 3000]) arrays.push(Object.assign(new Array(n).fill(n), { columns: ["a"] }));
      const values: unknown[] = [..."ab".matchAll(/b/g), ...arrays, { rows: arrays }, { constructor: "x", toJSON: 3 }];
      for (const value of values) {
        await queue.put(value);
        const got = await queue.get();
        expect(got).toEqual(value);
        expect(inspect(got, { depth: 5 })).toBe(inspect(value, { depth: 5 }));
      }
    });

    it("sends values that are longer than its memory", async () => {
      const queue = new Queue(2);
      const bytes = new Uint8Array(3_000_000).fill(7);
      const text = "ñ".repeat(2_000_000);
      const output = new SimpleQueue<typeof bytes | { text: string }>();
      const child = start("echoAll", queue, output);
      await queue.put(bytes);
      await queue.put({ text });
      expect(Buffer.compare((await output.get()) as Uint8Array, bytes)).toBe(0);
      expect(((await output.get()) as { text: string }).text === text).toBe(true);
      await queue.put(null);
      await child.result();
    });
    it("has space for maxSize values of any length", async () => {
      const queue = new Queue(40);
      for (let i = 0; i < 40; i++) expect(queue.tryPut(Buffer.alloc(60_000, i))).toBe(true);
      expect(queue.tryPut(0)).toBe(false);
      for (let i = 0; i < 40; i++) expect(Buffer.alloc(60_000, i).equals((await queue.get()) as Buffer)).toBe(true);
    });

    it("sends the values of a thread while that thread blocks at another queue", async () => {
      const [results, go] = [new SimpleQueue<Uint8Array>(), new SimpleQueue<string>()];
      const child = start("putManyThenBlock", results, go, 20, 300_000);
      for (let i = 0; i < 20; i++) expect((await results.get({ timeoutMs: 100_000 }))[0]).toBe(i);
      await go.put("end");
      expect(await child.result()).toBe("end");
      for (const queue of [results, go]) queue.close();
    });

    it("keeps values until the ring has space for them", async () => {
      const queue = new SimpleQueue<number>();
      for (let i = 0; i < 50_000; i++) queue.putSync(i);
      const child = start("takeAndSet", queue, 50_000);
      await queue.flushed();
      expect(((await child.result()) as number[]).every((value, i) => value === i)).toBe(true);
      expect(queue.isEmpty).toBe(true);
    });

    for (const how of ["return", "throw"]) {
      it(`receives all values of a child that ends by ${how}`, async () => {
        const queue = new SimpleQueue<number>();
        const child = start("putMany", queue, 40_000, how);
        for (let i = 0; i < 40_000; i++) if ((await queue.get()) !== i) throw new Error(`lost ${i}`);
        expect(await child.join()).toBe(how === "throw" ? 1 : 0);
        expect(queue.isEmpty).toBe(true);
      });
    }

    it("neither loses, duplicates nor reorders values of many producers and consumers", async () => {
      const queue = new Queue<unknown>(50);
      const each = 1500;
      const producers = [0, 1, 2, 3].map((id) => start("produce", queue, id, each, id % 2 === 0));
      const consumers = [0, 1, 2, 3].map((id) => start("consume", queue, id % 2 === 0));
      await Promise.all(producers.map((child) => child.result()));
      for (const _ of consumers) await queue.put(null);
      const got = (await Promise.all(consumers.map((child) => child.result()))) as [number, number][][];
      const seen = new Set(got.flat().map(([producer, i]) => producer * each + i));
      expect(seen.size).toBe(4 * each);
      expect(got.flat().length).toBe(4 * each);
      for (const one of got) {
        for (const id of [0, 1, 2, 3]) {
          const order = one.filter(([producer]) => producer === id).map(([, i]) => i);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }
    });

    it("neither loses nor duplicates values when several producers put more than the ring holds", async () => {
      const [producers, count] = [6, 1500];
      const queue = new Queue<[number, number, string]>();
      const children = Array.from({ length: producers }, (_, id) => start("fill", queue, id, count));
      const next = new Array<number>(producers).fill(0);
      for (let got = 0; got < producers * count; got++) {
        const [producer, i] = await queue.get();
        expect([producer, i]).toEqual([producer, next[producer]]);
        next[producer] = i + 1;
      }
      await Promise.all(children.map((child) => child.join()));
      expect(queue.tryGet()).toBeUndefined();
    });

    it("continues to work when producers and consumers are killed", async () => {
      const queue = new Queue<unknown>(20);
      for (let round = 0; round < 6; round++) {
        const victims = [start("produceEndlessly", queue), start("consumeEndlessly", queue)];
        const counter = round % 2 === 0 ? "consumeEndlessly" : "produceEndlessly";
        victims.push(start(counter, queue));
        while (victims.some((child) => child.state === "ready")) await new Promise((r) => setTimeout(r, 1));
        for (let i = 0; i <= round; i++) await new Promise((r) => setImmediate(r));
        for (const child of victims) child.kill();
        await Promise.all(victims.map((child) => child.join()));
        for (const value of drained(queue)) {
          const { i, text } = value as { i: number; text: string };
          expect(text).toBe("y".repeat(i % 2000));
        }
        expect(await queue.put("alive", { timeoutMs: 100_000 })).toBeUndefined();
        expect(await queue.get({ timeoutMs: 100_000 })).toBe("alive");
      }
    });

    it("close() closes it for the caller only, and ends its `for await`", async () => {
      const queue = new Queue();
      const seen: unknown[] = [];
      const loop = (async () => {
        for await (const value of queue) seen.push(value);
      })();
      await queue.put(1);
      await run("putAll", queue, [2]);
      while (seen.length < 2) await new Promise((resolve) => setImmediate(resolve));
      queue.close();
      queue.close();
      await loop;
      expect(seen).toEqual([1, 2]);
      expect(queue.closed).toBe(true);
      await expect(queue.put(3)).rejects.toThrow(ClosedError);
      await expect(queue.get()).rejects.toThrow(ClosedError);
      expect(() => queue.tryGet()).toThrow(ClosedError);
      expect(() => queue.isEmpty).toThrow(ClosedError);
    });

    it("works during the import of a module", { tags: ["_TestQueue.test_no_import_lock_contention"] }, async () => {
      expect(await run("importing")).toBe("hello");
    });

    it("constructor throws for an invalid size", () => {
      expect(() => new Queue(1.5)).toThrow(RangeError);
      expect(() => new Queue(2 ** 20)).toThrow(RangeError);
      expect(new Queue(-1).maxSize).toBe(0);
    });
  });

  describe(`SimpleQueue of ${startMethod}`, () => {
    it("isEmpty is the same for both sides", { tags: ["TestSimpleQueue.test_empty"] }, async () => {
      const queue = new SimpleQueue();
      expect(queue.isEmpty).toBe(true);
      expect(await run("putAllSync", queue, [true, false])).toBe(false);
      expect(queue.isEmpty).toBe(false);
      expect([await queue.get(), queue.getSync()]).toEqual([true, false]);
      expect(queue.isEmpty).toBe(true);
    });

    it("close() is idempotent", {
      tags: [
        "TestSimpleQueue.test_close",
        "TestSimpleQueue.test_closed",
        "_TestQueue.test_closed_queue_empty_exceptions",
      ],
    }, () => {
      const queue = new SimpleQueue();
      queue.close();
      queue.close();
      expect(queue.closed).toBe(true);
      expect(() => queue.isEmpty).toThrow(ClosedError);
    });
  });

  describe(`JoinableQueue of ${startMethod}`, () => {
    it("join() resolves when all values are finished", async () => {
      const queue = new JoinableQueue<number | null>();
      expect(await queue.join()).toBe(true);
      const children = [start("doTasks", queue), start("doTasks", queue)];
      for (let i = 0; i < 100; i++) await queue.put(i);
      expect(await queue.join({ timeoutMs: 100_000 })).toBe(true);
      expect(queue.unfinished).toBe(0);
      await queue.put(null);
      await queue.put(null);
      await Promise.all(children.map((child) => child.result()));
      expect(() => queue.taskDone()).toThrow(RangeError);
      await queue.put(1);
      expect(await queue.join({ timeoutMs: 10 })).toBe(false);
    });

    it("join() waits for the values that a busy producer keeps", async () => {
      const queue = new JoinableQueue<Uint8Array>();
      const [isKept, mayGoOn] = [new SharedEvent(), new SharedArray("i32", 1)];
      const child = start("keepMany", queue, 30, isKept, mayGoOn);
      await isKept.wait();
      const done = drained(queue);
      for (const _ of done) queue.taskDone();
      expect(done.length).toBeLessThan(30);
      expect(await queue.join({ timeoutMs: 0 })).toBe(false);
      const joined = queue.join();
      mayGoOn.set(0, 1);
      for (let i = done.length; i < 30; i++) {
        await queue.get();
        queue.taskDone();
      }
      expect(await joined).toBe(true);
      await child.result();
    });
  });
}

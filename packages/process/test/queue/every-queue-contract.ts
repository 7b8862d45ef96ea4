import {
  getContext,
  Manager,
  Process,
  type Queue,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  type StartMethodName,
} from "@manyhands/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const job = new URL("../fixture/queueing.js", import.meta.url);

/** What all queues have in common: those in shared memory, and with promises those in a manager. */
interface AnyQueue {
  readonly size: number | Promise<number>;
  readonly isEmpty: boolean | Promise<boolean>;
  put(value: unknown, options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<void>;
  get(options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<unknown>;
  tryPut(value: unknown): boolean | Promise<boolean>;
  tryGet(): { value: unknown } | undefined | Promise<{ value: unknown } | undefined>;
  shutdown(options?: { immediate?: boolean }): void | Promise<void>;
  [Symbol.asyncIterator](): AsyncIterator<unknown>;
}

interface AnyJoinableQueue extends AnyQueue {
  taskDone(): void | Promise<void>;
  join(options?: { timeoutMs?: number }): Promise<boolean>;
}

/** The contract of every type of queue, for children by any start method. */
export function everyQueueContract(startMethod: StartMethodName): void {
  const context = getContext(startMethod);
  let manager: Manager;
  beforeAll(async () => {
    manager = await new Manager({ startMethod }).start();
  });
  afterAll(() => manager.shutdown());
  const start = (name: string, ...args: unknown[]) =>
    new Process({ module: job, name }, { startMethod, args, stderr: "pipe" }).start();
  const shutDownError = { code: "ERR_MANYHANDS_QUEUE_SHUT_DOWN" };

  const bounded: Record<string, (maxSize: number) => AnyQueue | Promise<AnyQueue>> = {
    Queue: (maxSize) => new context.Queue(maxSize),
    JoinableQueue: (maxSize) => new context.JoinableQueue(maxSize),
    "managed queue": (maxSize) => manager.queue(maxSize) as unknown as Promise<AnyQueue>,
    "managed joinable queue": (maxSize) => manager.joinableQueue(maxSize) as unknown as Promise<AnyQueue>,
  };
  const all: Record<string, () => AnyQueue | Promise<AnyQueue>> = {
    SimpleQueue: () => new context.SimpleQueue() as unknown as AnyQueue,
    "unbounded Queue": () => new context.Queue(),
    ...Object.fromEntries(Object.entries(bounded).map(([name, make]) => [name, () => make(100)])),
  };
  const joinable: Record<string, () => AnyJoinableQueue | Promise<AnyJoinableQueue>> = {
    JoinableQueue: () => new context.JoinableQueue(),
    "managed joinable queue": () => manager.joinableQueue() as unknown as Promise<AnyJoinableQueue>,
  };

  describe.each(Object.entries(all))(`%s of ${startMethod}`, (_, make) => {
    it("get() returns values in the order of the puts, and throws when time runs out", async () => {
      const queue = await make();
      await start("putAll", queue, [1, { two: 2 }]).result();
      await queue.put(3);
      expect(await queue.tryPut(4)).toBe(true);
      expect([await queue.get(), await queue.get({ timeoutMs: 1000 }), await queue.get()]).toEqual([1, { two: 2 }, 3]);
      expect([await queue.tryGet(), await queue.tryGet(), await queue.isEmpty]).toEqual([
        { value: 4 },
        undefined,
        true,
      ]);
      await expect(queue.get({ timeoutMs: 0 })).rejects.toThrow(QueueEmptyError);
      await expect(queue.get({ timeoutMs: 5 })).rejects.toThrow(QueueEmptyError);
      const abort = new AbortController();
      const waiting = queue.get({ signal: abort.signal });
      abort.abort(new Error("enough"));
      await expect(waiting).rejects.toThrow("enough");
      const late = queue.get();
      await queue.put("late");
      expect(await late).toBe("late");
    });

    it("shutdown() lets gets take what is left, then ends them, and refuses puts", async () => {
      const queue = await make();
      await queue.put(1);
      await queue.put(2);
      await queue.shutdown();
      await queue.shutdown();
      await expect((async () => queue.put(3))()).rejects.toMatchObject(shutDownError);
      await expect((async () => queue.tryPut(3))()).rejects.toThrow(QueueShutDownError);
      expect([await queue.get(), await queue.tryGet()]).toEqual([1, { value: 2 }]);
      await expect(queue.get()).rejects.toMatchObject(shutDownError);
      await expect(queue.get({ timeoutMs: 0 })).rejects.toThrow(QueueShutDownError);
      await expect((async () => queue.tryGet())()).rejects.toThrow(QueueShutDownError);
    });

    it("shutdown() in a child ends the loops of all processes once the queue is empty", async () => {
      const queue = await make();
      const isReading = [new context.SharedEvent(), new context.SharedEvent()];
      const readers = isReading.map((event) => start("takeUntilShutDown", queue, event));
      const own: unknown[] = [];
      const loop = (async () => {
        for await (const value of queue) own.push(value);
      })();
      await Promise.all(isReading.map((event) => event.wait()));
      const values = Array.from({ length: 30 }, (_, i) => i);
      await start("putAll", queue, values).result();
      await start("shutDown", queue).result();
      await loop;
      const taken = (await Promise.all(readers.map((child) => child.result()))) as number[][];
      expect([...own, ...taken.flat()].map(Number).sort((a, b) => a - b)).toEqual(values);
    });

    it("shutdown({ immediate: true }) drops the values and ends waiting gets at once", async () => {
      const empty = await make();
      const waiting = expect(empty.get()).rejects.toMatchObject(shutDownError);
      await empty.shutdown({ immediate: true });
      await waiting;
      const queue = await make();
      for (const value of [1, "x".repeat(3_000_000), { three: 3 }]) await queue.put(value);
      await start("shutDown", queue, { immediate: true }).result();
      await expect(queue.get()).rejects.toMatchObject(shutDownError);
      expect((await queue.size) ?? 0).toBe(0);
    });

    it("shutdown({ immediate: true }) after shutdown() drops what is left", async () => {
      const queue = await make();
      await queue.put(1);
      await queue.shutdown();
      await queue.shutdown({ immediate: true });
      await expect(queue.get()).rejects.toMatchObject(shutDownError);
    });
  });

  describe.each(Object.entries(bounded))(`%s of ${startMethod} with a limit`, (_, make) => {
    it("put() waits for space, and throws when time runs out", async () => {
      const queue = await make(2);
      await queue.put(1);
      await queue.put(2);
      expect(await queue.tryPut(3)).toBe(false);
      await expect(queue.put(3, { timeoutMs: 0 })).rejects.toThrow(QueueFullError);
      await expect(queue.put(3, { timeoutMs: 5 })).rejects.toThrow(QueueFullError);
      const late = queue.put("late");
      expect(await queue.get()).toBe(1);
      await late;
      expect([await queue.get(), await queue.get(), await queue.size]).toEqual([2, "late", 0]);
    });

    it.each([true, false])("shutdown({ immediate: %s }) rejects the puts that wait for space", async (immediate) => {
      const queue = await make(1);
      await queue.put(1);
      const isWaiting = new context.SharedEvent();
      const child = start("putOnFull", queue, isWaiting);
      await isWaiting.wait();
      const own = expect(queue.put(2)).rejects.toMatchObject(shutDownError);
      await queue.shutdown({ immediate });
      await own;
      expect(await child.result()).toBe("ERR_MANYHANDS_QUEUE_SHUT_DOWN");
      if (!immediate) expect(await queue.get()).toBe(1);
      await expect(queue.get()).rejects.toThrow(QueueShutDownError);
    });
  });

  describe.each(Object.entries(joinable))(`%s of ${startMethod}`, (_, make) => {
    it("join() waits for the values that were taken before shutdown()", async () => {
      const queue = await make();
      for (const value of [1, 2]) await queue.put(value);
      await queue.get();
      await queue.shutdown();
      expect(await queue.join({ timeoutMs: 5 })).toBe(false);
      await queue.get();
      await queue.taskDone();
      await queue.taskDone();
      expect(await queue.join()).toBe(true);
    });

    it("shutdown({ immediate: true }) counts dropped values as finished", async () => {
      const queue = await make();
      for (const value of [1, 2, 3]) await queue.put(value);
      await queue.get();
      const joined = queue.join();
      await start("shutDown", queue, { immediate: true }).result();
      await queue.taskDone();
      expect(await joined).toBe(true);
    });
  });

  describe(`an unbounded queue of ${startMethod} whose producer keeps values`, () => {
    const count = 40_000;
    const numbers = (length: number) => Array.from({ length }, (_, i) => i);

    it("delivers them after shutdown(), then ends the loop", async () => {
      const queue = new context.SimpleQueue<number>();
      const [isPut, mayEnd] = [new context.SharedEvent(), new context.SharedEvent()];
      const child = start("keepUntil", queue, count, isPut, mayEnd);
      await isPut.wait();
      queue.shutdown();
      const got: number[] = [];
      for await (const value of queue) got.push(value);
      expect(got).toEqual(numbers(count));
      mayEnd.set();
      await child.result();
    });

    it("ends the loop when the producer is killed", async () => {
      const queue = new context.SimpleQueue<number>();
      const [isPut, mayEnd] = [new context.SharedEvent(), new context.SharedEvent()];
      const child = start("keepUntil", queue, count, isPut, mayEnd);
      await isPut.wait();
      queue.shutdown();
      child.kill();
      await child.join();
      const got: number[] = [];
      for await (const value of queue) got.push(value);
      expect(got).toEqual(numbers(got.length));
    });

    it("drops them after shutdown({ immediate: true }), and lets the producer exit", async () => {
      const queue = new context.SimpleQueue<number>();
      const child = start("leaveUnflushed", queue, count, "return");
      await child.result();
      queue.shutdown({ immediate: true });
      expect(await child.join()).toBe(0);
    });

    it("drops them after close({ flush: false }), and lets the producer exit", async () => {
      const queue = new context.SimpleQueue<number>();
      const child = start("leaveUnflushed", queue, count, "close");
      expect(await child.join()).toBe(0);
      const got: number[] = [];
      for (let next = queue.tryGet(); next !== undefined; next = queue.tryGet()) got.push(next.value);
      expect(got.length).toBeGreaterThan(1000);
      expect(got).toEqual(numbers(got.length));
    });

    it.each(["return", "exit"])("a producer that ends by %s says what it waits for", async (how) => {
      const queue: Queue<number> = new context.Queue<number>();
      const child = start("leaveUnflushed", queue, count, how);
      let text = "";
      for await (const chunk of child.stderr as AsyncIterable<Buffer>) {
        text += chunk;
        if (text.includes("to drop them")) break;
      }
      expect(text).toMatch(/cannot exit before its values have space .*: \d+ values of a Queue; read the queue/);
      queue.shutdown({ immediate: true });
      expect(await child.join()).toBe(how === "exit" ? 3 : 0);
    });

    it("close({ flush: false }) rejects the puts that wait for space", async () => {
      const queue = new context.Queue<number>(1);
      await queue.put(1);
      const late = expect(queue.put(2)).rejects.toMatchObject({ code: "ERR_MANYHANDS_CLOSED" });
      queue.close({ flush: false });
      await late;
    });
  });
}

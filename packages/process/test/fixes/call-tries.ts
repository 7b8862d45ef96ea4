import {
  asCompleted,
  Barrier,
  getContext,
  Manager,
  Pipe,
  Pool,
  Process,
  ProcessPoolExecutor,
  registerClass,
  SharedArray,
  SharedMemory,
  transfer,
  waitFutures,
} from "@manyhands/process";
import { expect } from "vitest";
import { messageOf, type Tries } from "./message-of.ts";

/** Tries of fixes that say what to call. */
export const callTries: Tries = {
  async "await the call inside the scope, as in `return await pool.map(…)`"(fix) {
    const left = async () => {
      await using pool = new Pool(1);
      return pool.map((x: number) => x + 1, [1]);
    };
    const right = async () => {
      await using pool = new Pool(1);
      return await pool.map((x: number) => x + 1, [1]);
    };
    expect(await messageOf(left)).toContain(fix);
    expect(await right()).toEqual([2]);
  },
  async "write all options in one object: new …({ …: 4, initializer })"() {
    const wrong = () => new Pool(1, { initializer: () => {} } as never);
    expect(await messageOf(wrong)).toContain(
      "write all options in one object: new Pool({ processes: 4, initializer })",
    );
    await using pool = new Pool({ processes: 1, initializer: () => {} });
    expect(await pool.apply((x: number) => x, [1])).toBe(1);
  },
  async "write an array of futures"(fix) {
    await using executor = new ProcessPoolExecutor(1);
    const future = executor.submit((x: number) => x, 1);
    expect(await messageOf(() => waitFutures(future as never))).toContain(fix);
    expect((await waitFutures([future])).done).toEqual(new Set([future]));
  },
  async "write recvBytesInto(buffer, 0, options)"(fix) {
    const [reader, writer] = Pipe({ duplex: false });
    const options = { timeoutMs: 1000 };
    expect(await messageOf(() => reader.recvBytesInto(Buffer.alloc(1), options as never))).toContain(fix);
    await writer.sendBytes(Buffer.from("a"));
    expect(await reader.recvBytesInto(Buffer.alloc(1), 0, options)).toBe(1);
  },
  async "register a class that extends it"(fix) {
    class Entries extends Map<string, number> {}
    const reducer = {
      toPlain: (map: Map<string, number>) => [...map],
      fromPlain: (all: [string, number][]) => new Entries(all),
    };
    expect(await messageOf(() => registerClass(Map, reducer as never))).toContain(fix);
    registerClass(Entries, reducer);
  },
  async "make it return the object"(fix) {
    class Late {
      #n = 1;
      get n() {
        return this.#n;
      }
    }
    let isAsync = true;
    registerClass(Late, {
      toPlain: ({ n }) => n,
      fromPlain: () => (isAsync ? Promise.resolve() : new Late()) as never,
    });
    const [reader, writer] = Pipe({ duplex: false });
    await writer.send(new Late());
    expect(await messageOf(() => reader.recv())).toContain(fix);
    isAsync = false;
    await writer.send(new Late());
    expect(await reader.recv()).toBeInstanceOf(Late);
  },
  async "call reset() to use it again"(fix) {
    const barrier = new Barrier(1);
    barrier.abort();
    expect(await messageOf(() => barrier.wait())).toContain(fix);
    barrier.reset();
    expect(await barrier.wait()).toBe(0);
    await using manager = await new Manager({ startMethod: "thread" }).start();
    const managed = await manager.barrier(1);
    await managed.abort();
    expect(await messageOf(() => managed.wait())).toContain(fix);
    await managed.reset();
    expect(await managed.wait()).toBe(0);
  },
  async "choose another name"(fix) {
    class Own extends Manager {}
    const factory = { module: new URL("../fixture/pool-job.js", import.meta.url), name: "identity" } as never;
    for (const reserved of ["then", "start"]) {
      expect(await messageOf(() => Own.register(reserved, factory))).toContain(fix);
    }
    Own.register("another", factory);
  },
  async "get() from it, or wait longer"(fix) {
    await using manager = await new Manager().start();
    const queue = await manager.queue<number>(1);
    await queue.put(1);
    expect(await messageOf(() => queue.put(2, { timeoutMs: 1 }))).toContain(fix);
    expect(await queue.get()).toBe(1);
    await queue.put(2, { timeoutMs: 30_000 });
    expect(await queue.get()).toBe(2);
  },
  async "put() something, or wait longer"(fix) {
    await using manager = await new Manager().start();
    const queue = await manager.queue<number>();
    expect(await messageOf(() => queue.get({ timeoutMs: 1 }))).toContain(fix);
    const pending = queue.get({ timeoutMs: 30_000 });
    await queue.put(1);
    expect(await pending).toBe(1);
  },
  async "give the futures that submit() returned"(fix) {
    const collect = async (futures: Iterable<unknown>) => {
      const values = [];
      for await (const future of asCompleted(futures as never)) values.push(await future);
      return values;
    };
    await using executor = new ProcessPoolExecutor(1);
    const future = executor.submit((x: number) => x + 1, 1);
    expect(await messageOf(() => collect([future.result()]))).toContain(fix);
    expect(await collect([future])).toEqual([2]);
  },
  async "leave track out"(fix) {
    using block = new SharedMemory({ create: true, size: 8 });
    const { name } = block;
    expect(await messageOf(() => new SharedMemory({ name, track: true }))).toContain(fix);
    using attached = new SharedMemory({ name });
    expect(attached.size).toBe(block.size);
  },
  async "make a new one"(fix) {
    const pool = new Pool(1);
    pool.close();
    expect(await messageOf(() => pool.apply(() => 1))).toContain(fix);
    await pool.join();
    await using another = new Pool(1);
    expect(await another.apply(() => 1)).toBe(1);
  },
  async "close() it to finish first"(fix) {
    const [terminated, closed] = [new Pool(1), new Pool(1)];
    const left = messageOf(() => terminated.apply(() => 1));
    terminated.terminate();
    expect(await left).toContain(fix);
    const call = closed.apply(() => 1);
    closed.close();
    expect(await call).toBe(1);
    await Promise.all([terminated.join(), closed.join()]);
  },
  async "write await barrier.wait(), or an action that returns no promise"(fix) {
    let ran = 0;
    const barrier = new Barrier(1, {
      action: async () => {
        ran += 1;
      },
    });
    expect(await messageOf(() => barrier.waitSync())).toContain(fix);
    await barrier.wait();
    new Barrier(1, {
      action: () => {
        ran += 1;
      },
    }).waitSync();
    expect(ran).toBe(2);
  },
  async "write manager.condition(await manager.lock())"(fix) {
    await using manager = await new Manager({ startMethod: "thread" }).start();
    const { Lock } = getContext("thread");
    expect(await messageOf(() => manager.condition(new Lock() as never))).toContain(fix);
    const condition = await manager.condition(await manager.lock());
    await condition.acquire();
    await condition.release();
  },
  async "write Buffer.from(text), or send(value)"(fix) {
    const [one, other] = Pipe();
    expect(await messageOf(() => one.sendBytes("text" as never))).toContain(fix);
    await one.sendBytes(Buffer.from("text"));
    await one.send("text");
    expect(Buffer.from(await other.recvBytes()).toString()).toBe("text");
    expect(await other.recv()).toBe("text");
    one.close();
    other.close();
  },
  async "register() it before start()"(fix) {
    class Own extends Manager {}
    await using early = await new Own({ startMethod: "thread" }).start();
    expect(await messageOf(() => early.create("late"))).toContain(fix);
    Own.register("late", { module: new URL("../fixture/pool-job.js", import.meta.url), name: "identity" } as never);
    await using manager = await new Own({ startMethod: "thread" }).start();
    await manager.create("late", [1, 2]);
  },
  async "wait longer"(fix) {
    await using executor = new ProcessPoolExecutor(1);
    const future = executor.submit((x: number) => x + 1, 1);
    expect(await messageOf(() => future.result({ timeoutMs: 0 }))).toContain(fix);
    expect(await future.result({ timeoutMs: 30_000 })).toBe(2);
  },
  async "wait longer, or terminate() it"(fix) {
    const child = new Process(() => new Promise<void>((resolve) => setTimeout(resolve, 1e6))).start();
    expect(await messageOf(() => child.result({ timeoutMs: 1 }))).toContain(fix);
    child.terminate();
    await child.join();
  },
  async "send it as a list"(fix) {
    type Nested = { next?: Nested };
    const nested: Nested = {};
    for (let i = 0, at = nested; i < 100_000; i++) {
      at.next = {};
      at = at.next;
    }
    const count = (given: unknown) => (Array.isArray(given) ? given.length : 1);
    await using pool = new Pool({ processes: 1, startMethod: "spawn" });
    expect(await messageOf(() => pool.apply(count, [nested]))).toContain(fix);
    const list: Nested[] = [];
    for (let at: Nested | undefined = nested; at !== undefined; at = at.next) list.push({});
    expect(await pool.apply(count, [list])).toBe(100_001);
  },
  async "send transfer(value, [it]), or send data from which the child can make its own"(fix) {
    const { port1, port2 } = new (process.getBuiltinModule("node:worker_threads").MessageChannel)();
    const start = (args: unknown[]) =>
      new Process((port: { close(): void }) => port.close(), { args: args as never }).start();
    expect(await messageOf(() => start([port1]))).toContain(fix);
    expect(await start([transfer(port1, [port1])]).join()).toBe(0);
    port2.close();
  },
  async "all elements at once are array.typed"(fix) {
    const array = new SharedArray("f64", 2);
    const values = Float64Array.of(1, 2);
    expect(await messageOf(() => array.set(values as never, 1))).toContain(fix);
    array.typed.set(values);
    expect(array.slice()).toEqual([1, 2]);
  },
  async "write await proxy.get(…)"(fix) {
    await using manager = await new Manager().start();
    const list = await manager.list([7]);
    expect(await messageOf(() => (list as unknown as unknown[])[0])).toContain(fix.split("…")[0]);
    expect(await list.get(0)).toBe(7);
  },
  async "give it more time"(fix) {
    await using pool = new Pool(1);
    const slow = () => new Promise<number>((resolve) => setTimeout(resolve, 50, 1));
    expect(await messageOf(() => pool.apply(slow, [], { timeoutMs: 1 }))).toContain(fix);
    expect(await pool.apply(slow, [], { timeoutMs: 30_000 })).toBe(1);
    expect(await messageOf(() => pool.map(slow, [1], { itemTimeoutMs: 1 }))).toContain(fix);
    expect(await pool.map(slow, [1], { itemTimeoutMs: 30_000 })).toEqual([1]);
  },
  async "call it before the exit"(fix) {
    await using pool = new Pool(1);
    const state = process as { _exiting?: boolean };
    state._exiting = true;
    const refused = pool.apply(() => 1);
    state._exiting = false;
    expect(await messageOf(() => refused)).toContain(fix);
    expect(await pool.apply(() => 1)).toBe(1);
  },
  async "write a smaller …"(fix) {
    const make = (minProcesses: number) => new Pool({ processes: 2, minProcesses, idleTimeoutMs: 50 });
    expect(await messageOf(() => make(2))).toContain(fix.replace("…", "minProcesses"));
    await using pool = make(1);
    expect(await pool.apply(() => 1)).toBe(1);
  },
  async "make … with { daemon: false }"(fix) {
    const startsChild = () => new Process(() => 1, { startMethod: "thread" }).start().result();
    const start = (daemon: boolean) =>
      new Process(startsChild, { name: "own", daemon, startMethod: "thread" }).start().result();
    expect(await messageOf(() => start(true))).toContain(fix.replace("…", "own"));
    expect(await start(false)).toBe(1);
  },
};

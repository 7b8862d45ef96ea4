import { getStartMethod, Manager, Pool, Process, setStartMethod } from "@manyhands/process";
import { expect } from "vitest";
import { messageOf, type Tries } from "./message-of.ts";

const start = async <R>(target: () => R, startMethod: "thread" | "spawn" = "spawn") =>
  new Process(target, { startMethod }).start().result();

/** Tries of fixes that say which function or option to give. */
export const targetTries: Tries = {
  async "and use self"(fix) {
    class Holder {
      value = 3;
      uses() {
        return () => this.value;
      }
      keeps() {
        const self = { value: this.value };
        return () => self.value;
      }
    }
    expect(await messageOf(() => start(new Holder().uses()))).toContain(fix);
    expect(await start(new Holder().keeps())).toBe(3);
  },
  async "put them into a variable first"(fix) {
    function uses(..._: number[]) {
      // biome-ignore lint/complexity/noArguments: the message is about it
      return () => arguments.length;
    }
    function keeps(...given: number[]) {
      return () => given.length;
    }
    expect(await messageOf(() => start(uses(1, 2)))).toContain(fix);
    expect(await start(keeps(1, 2))).toBe(2);
  },
  async "give a function, or a class that extends Process and overrides run()"(fix) {
    class NoProcess {}
    expect(await messageOf(() => start(NoProcess as never))).toContain(fix);
    const module = new URL("../fixture/pool-job.js", import.meta.url);
    expect(await start({ module, name: "whoAmI" } as never)).toMatch(/^\d+\//);
  },
  async "declare them without # (in TypeScript as private)"(fix) {
    class Hidden extends Process {
      #n = 1;
      override run() {
        return this.#n;
      }
    }
    class Shown extends Process {
      private readonly n = 1;
      override run() {
        return this.n;
      }
    }
    expect(await messageOf(() => new Hidden({ startMethod: "thread" }).start().result())).toContain(fix);
    expect(await new Shown({ startMethod: "thread" }).start().result()).toBe(1);
  },
  async 'leave it out, or write startMethod: "thread"'(fix) {
    const begin = (options: object) => new Process(() => 1, { startMethod: "spawn", ...options }).start().result();
    expect(await messageOf(() => begin({ resourceLimits: { codeRangeSizeMb: 16 } }))).toContain(fix);
    expect(await begin({ resourceLimits: {} })).toBe(1);
    expect(await begin({ resourceLimits: { codeRangeSizeMb: 16 }, startMethod: "thread" })).toBe(1);
  },
  async "write a smaller one, or raise the limit (ulimit -s)"(fix) {
    const begin = (stackSizeMb: number) =>
      new Process(() => 1, { startMethod: "spawn", resourceLimits: { stackSizeMb } }).start().result();
    expect(await messageOf(() => begin(1e6))).toContain(fix);
    expect(await begin(2)).toBe(1);
  },
  async "pass it as the child's option signal"(fix) {
    const controller = new AbortController();
    const target = async (_signal?: AbortSignal) => new Promise<void>((resolve) => setTimeout(resolve, 1e6));
    const wrong = () => new Process(target, { args: [controller.signal], startMethod: "spawn" }).start();
    expect(await messageOf(wrong)).toContain(fix);
    const child = new Process(target, { startMethod: "spawn", signal: controller.signal }).start();
    controller.abort();
    await expect(child.result()).rejects.toBe(controller.signal.reason);
    await child.join();
  },
  async "set it once, before the first process, or pass { force: true }"(fix) {
    setStartMethod("thread", { force: true });
    expect(await messageOf(() => setStartMethod("spawn"))).toContain(fix);
    setStartMethod("spawn", { force: true });
    expect(getStartMethod()).toBe("spawn");
    setStartMethod("thread", { force: true });
  },
  async "iterate over copy()"(fix) {
    await using manager = await new Manager({ startMethod: "thread" }).start();
    const dict = await manager.dict<string, number>({ a: 1, b: 2 });
    const grow = async () => {
      for await (const key of dict) await dict.set(`${key}${key}`, 1);
    };
    expect(await messageOf(grow)).toContain(fix);
    for (const key of (await dict.copy()).keys()) await dict.set(`${key}-`, 1);
  },
  async "leave chunkSize out"(fix) {
    await using pool = new Pool(1);
    const square = (x: number) => x * x;
    const map = (options: object) => pool.map(square, [1, 2], { itemTimeoutMs: 30_000, ...options });
    expect(await messageOf(() => map({ chunkSize: 2 }))).toContain(fix);
    expect(await map({})).toEqual([1, 4]);
  },
  async "reject the request, or await drained() before the call"(fix) {
    await using pool = new Pool({ processes: 1, maxQueue: 1 });
    const calls = [1, 2, 3, 4].map((x) => pool.apply((n: number) => n, [x]));
    const refused = (await Promise.allSettled(calls)).filter(({ status }) => status === "rejected");
    expect(String((refused[0] as PromiseRejectedResult).reason)).toContain(fix);
    for (let x = 0; x < 4; x++) {
      await pool.drained();
      expect(await pool.apply((n: number) => n, [x])).toBe(x);
    }
  },
  async "make it inside of the function that calls it, or import it there"(fix) {
    const native = new Proxy((n: number) => n + 1, {});
    expect(await messageOf(() => start(() => native(2)))).toContain(fix);
    expect(await start(() => new Proxy((n: number) => n + 1, {})(2))).toBe(3);
  },
  async "create one inside of the function"(fix) {
    await using pool = new Pool(1);
    expect(await messageOf(() => start(() => pool.apply(() => 1)))).toContain(fix);
    const inside = async () => {
      await using own = new Pool(1);
      return await own.apply(() => 1);
    };
    expect(await start(inside)).toBe(1);
  },
  async 'write startMethod: "spawn"'(fix) {
    expect(await messageOf(() => new Pool({ processes: 1, startMethod: "thread", nice: 1 }))).toContain(fix);
    await using pool = new Pool({ processes: 1, startMethod: "spawn", nice: 1 });
    expect(await pool.apply(() => process.getBuiltinModule("node:os").getPriority())).toBe(1);
  },
};

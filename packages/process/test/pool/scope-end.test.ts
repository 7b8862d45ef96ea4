import { getAllStartMethods, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";

const methods: StartMethodName[] = [...getAllStartMethods(), ...(canFork ? (["fork"] as const) : [])];

// Node 20 cannot parse `await using`; `scoped` does what it does.
const head = (startMethod: string) => `
  import { Manager, Pool, Process, ProcessPoolExecutor } from "RUNTIME";
  const startMethod = "${startMethod}";
  const scoped = async (resource, use) => {
    try {
      return use(resource);
    } finally {
      await resource[Symbol.asyncDispose]();
    }
  };
  const makePool = () => new Pool({ processes: 1, startMethod });
  const never = () => new Promise(() => {});
  // Its timer keeps a child alive that has nothing else to wait for.
  const stay = () => new Promise(() => { setInterval(() => {}, 1000); });
  async function* endless() { yield 1; await never(); }
`;

const calls = {
  "pool.apply()": "scoped(makePool(), (pool) => pool.apply(never))",
  "pool.map()": "scoped(makePool(), (pool) => pool.map(never, [1, 2, 3]))",
  "pool.starmap()": "scoped(makePool(), (pool) => pool.starmap(never, [[1]]))",
  "pool.imap().next()": "scoped(makePool(), (pool) => pool.imap(never, [1]).next())",
  "pool.imapUnordered().next()": "scoped(makePool(), (pool) => pool.imapUnordered(never, [1]).next())",
  "pool.map() that reads its input": "scoped(makePool(), (pool) => pool.map(never, endless()))",
} as const;

describe.each(methods)("the end of a scope on %s", (startMethod) => {
  it("a call that is returned without await rejects where the caller catches it", async () => {
    const { code, out } = await runForkReady(`${head(startMethod)}
      for (const call of [${Object.values(calls).map((call) => `() => ${call}`)}]) {
        try { await call(); } catch (error) { console.log(error.name, error.message.replace(/Pool-\\d+/, "Pool")); }
      }`);
    const expected =
      "ClosedError Cannot finish the call: Pool was terminated at the end of its scope; " +
      "await the call inside the scope, as in `return await pool.map(…)`";
    expect({ code, out }).toEqual({ code: 0, out: Object.keys(calls).map(() => expected) });
  });

  it("a call that is not awaited does not end the program", async () => {
    const { code, out, err } = await runForkReady(`${head(startMethod)}
      const ignored = (resource, use) => scoped(resource, (it) => void use(it));
      await ignored(makePool(), (pool) => pool.apply(never));
      await ignored(makePool(), (pool) => pool.map(never, [1, 2, 3]));
      await ignored(makePool(), (pool) => pool.map(never, endless()));
      await ignored(makePool(), (pool) => pool.imap(never, [1]).next());
      await ignored(new Process(stay, { startMethod }).start(), (child) => child.result());
      const executor = new ProcessPoolExecutor({ maxWorkers: 1, startMethod });
      await executor.submit(() => 1);
      void executor.submit(never);
      void executor.map(never, [1]).next();
      executor.killWorkers();
      await executor.shutdown();
      const pool = makePool();
      void pool.apply(never);
      pool.terminate();
      await pool.join();
      console.log("end");`);
    expect({ code, out, err }).toEqual({ code: 0, out: ["end"], err: "" });
  });

  it.runIf(startMethod !== "fork")("a manager's call that is not awaited does not end the program", async () => {
    const { code, out, err } = await runForkReady(`${head(startMethod)}
      const manager = new Manager({ startMethod });
      await manager.start();
      const queue = await manager.queue();
      const pool = await manager.pool(1);
      await scoped(pool, (pool) => void pool.apply(never));
      { const released = await manager.queue(); void released.get(); released[Symbol.dispose](); }
      await scoped(manager, () => void queue.get());
      console.log("end");`);
    expect({ code, out, err }).toEqual({ code: 0, out: ["end"], err: "" });
  });

  it("the error of a call that is not awaited still ends the program while the pool runs", async () => {
    const { code, err } = await runForkReady(`${head(startMethod)}
      const pool = makePool();
      void pool.apply(() => { throw new RangeError("mine"); });
      await never();`);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("RangeError: mine") });
  });

  it("pool.map() finishes a call whose async input ends after close()", async () => {
    const { code, out } = await runForkReady(`${head(startMethod)}
      import { setTimeout as sleep } from "node:timers/promises";
      let isClosed = false;
      async function* slow() { yield 1; while (!isClosed) await sleep(1); yield 2; }
      const pool = makePool();
      const values = pool.map((x) => x * 10, slow());
      const abort = new AbortController();
      const aborted = pool.map((x) => x, endless(), { signal: abort.signal }).catch((error) => error.message);
      await sleep(1);
      pool.close();
      isClosed = true;
      abort.abort(new Error("enough"));
      console.log(JSON.stringify([await values, await aborted, await pool.join()]));`);
    expect({ code, out }).toEqual({ code: 0, out: ['[[10,20],"enough",true]'] });
  });
});

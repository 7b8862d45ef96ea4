import { AsyncLocalStorage } from "node:async_hooks";
import { carryContext, Pool, Process, ProcessPoolExecutor } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { requestId } from "../fixture/request-context.js";
import { allMethods, runProgram } from "../fixture/run-program.ts";

const fixture = (name: string) => JSON.stringify(new URL(`../fixture/${name}`, import.meta.url).href);
const head = `
  import { AsyncLocalStorage } from "node:async_hooks";
  import { request, requestId, undeclared } from ${fixture("request-context.js")};
  const module = new URL(${fixture("context-job.js")});
  const job = (name) => ({ module, name });
  const read = job("read");
  const print = (value) => console.log(JSON.stringify(value));
  const collect = async (results) => { const all = []; for await (const value of results) all.push(value); return all; };
`;

async function run(method: (typeof allMethods)[number], text: string): Promise<unknown[]> {
  const { code, out, err } = await runProgram(method, head + text);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out.map((line) => JSON.parse(line));
}

describe.each(allMethods)("carryContext() by %s", (method) => {
  it("every call of a Pool and an executor carries the values of its caller, and no other", async () => {
    const seen = await run(
      method,
      `
      const pool = new api.Pool(2);
      const executor = new api.ProcessPoolExecutor(1);
      const calls = async () => {
        const items = [[], []];
        return Promise.all([
          pool.apply(read),
          pool.map(read, items, { chunkSize: 1 }),
          pool.starmap(read, items, { chunkSize: 2 }),
          collect(pool.imap(read, items)),
          collect(pool.imapUnordered(read, items)),
          pool.applyAsync(read).get(),
          executor.submit(read).result(),
          collect(executor.map(read, items)),
        ]);
      };
      const user = { name: "Ann", since: new Date(0), tags: new Set(["a"]) };
      print(await requestId.run("r-1", () => request.run(user, () => undeclared.run("u", calls))));
      print(await requestId.run("r-2", calls));
      print(await calls());
      pool.close();
      await Promise.all([pool.join(), executor.shutdown()]);`,
    );
    const each = (one: unknown) => [one, [one, one], [one, one], [one, one], [one, one], one, one, [one, one]];
    const user = { name: "Ann", since: "1970-01-01T00:00:00.000Z", tags: {} };
    expect(seen).toEqual([each(["r-1", user, null]), each(["r-2", null, null]), each([null, null, null])]);
  });

  it("a Process carries the values of the code that starts it", async () => {
    const seen = await run(
      method,
      `
      const resultOf = async (target, options) => {
        const child = new api.Process(target, options).start();
        const value = await child.result();
        await child.join();
        return value;
      };
      const made = new api.Process(read);
      print(await requestId.run("r-1", () => resultOf(read)));
      print(await resultOf(read));
      made.start();
      print(await made.result());
      class Reader extends api.Process { run() { return requestId.getStore() ?? null; } }
      const reader = requestId.run("r-2", () => new Reader().start());
      print(await reader.result());`,
    );
    expect(seen).toEqual([["r-1", null, null], [null, null, null], [null, null, null], "r-2"]);
  });

  it("a function that captures a storage of the main module reads the caller's value", async () => {
    const seen = await run(
      method,
      `
      const tenant = manyhands.carryContext(new AsyncLocalStorage());
      const mine = () => tenant.getStore() ?? null;
      const both = () => [mine(), tenant.run("inner", mine), mine()];
      const pool = new api.Pool(1);
      print(await tenant.run("t-1", () => pool.apply(both)));
      print(await pool.apply(both));
      const child = tenant.run("t-2", () => new api.Process(both).start());
      print(await child.result());
      pool.close();
      await pool.join();`,
    );
    expect(seen).toEqual([
      ["t-1", "inner", "t-1"],
      [null, "inner", null],
      ["t-2", "inner", "t-2"],
    ]);
  });

  it("the pools and processes of a task carry the values on", async () => {
    const seen = await run(
      method,
      `
      const pool = new api.Pool(1);
      print(await requestId.run("r-1", () => pool.apply(job("readNested"), [startMethod === "fork" ? "spawn" : startMethod])));
      pool.close();
      await pool.join();`,
    );
    expect(seen).toEqual([
      [
        ["r-1", null, null],
        ["r-1", null, null],
      ],
    ]);
  });

  it("concurrent tasks of one worker keep their values apart", async () => {
    const [seen, after] = await run(
      method,
      `
      const pool = new api.Pool({ processes: 1, concurrentTasksPerWorker: 8 });
      const ids = Array.from({ length: 24 }, (_, i) => i % 3 === 0 ? undefined : "r-" + i);
      const apart = await Promise.all(ids.map((id) =>
        requestId.run(id, () => pool.apply(job("readLater"), [20])).then(([only, ...more]) => only === id || more)));
      print(apart.every((is) => is === true));
      print(await pool.apply(read));
      pool.close();
      await pool.join();`,
    );
    expect([seen, after]).toEqual([true, [null, null, null]]);
  });

  it("the value is that of the moment of the call, as a copy", async () => {
    const seen = await run(
      method,
      `
      const pool = new api.Pool(1);
      const counter = { n: 1 };
      const calls = request.run(counter, () => [1, 2].map(() => { const call = pool.apply(read); counter.n += 1; return call; }));
      print((await Promise.all(calls)).map(([, request]) => request.n));
      pool.close();
      await pool.join();`,
    );
    expect(seen).toEqual([[1, 2]]);
  });
});

describe("carryContext()", () => {
  const socket = carryContext(new AsyncLocalStorage<unknown>(), { name: "socket" });
  const message = /Cannot send carryContext\(socket\)\.inner: a WeakMap cannot be copied/;
  const withWeakMap = <R>(call: () => R) => socket.run({ inner: new WeakMap() }, call);

  it.each(["thread", "spawn"] as const)(
    "a value that cannot be sent fails the call by %s and names it",
    async (startMethod) => {
      await using pool = new Pool({ processes: 1, startMethod });
      await using executor = new ProcessPoolExecutor({ maxWorkers: 1, startMethod });
      const job = () => 1;
      await expect(withWeakMap(() => pool.apply(job))).rejects.toThrow(message);
      await expect(withWeakMap(() => pool.map(job, [1]))).rejects.toThrow(message);
      expect(() => withWeakMap(() => pool.imap(job, [1]))).toThrow(message);
      expect(() => withWeakMap(() => executor.submit(job))).toThrow(message);
      expect(() => withWeakMap(() => new Process(job, { startMethod }).start())).toThrow(message);
      expect(await pool.apply(job)).toBe(1);
    },
  );

  // Vitest has transformed the module here, so that its lines and columns differ from those in the child.
  it.each(["thread", "spawn"] as const)(
    "a child by %s finds the storage of a transformed module",
    async (startMethod) => {
      await using pool = new Pool({ processes: 1, startMethod });
      const read = { module: new URL("../fixture/context-job.js", import.meta.url), name: "read" };
      expect(await requestId.run("r-1", () => pool.apply(read))).toEqual(["r-1", null, null]);
      expect(await pool.map(read, [1])).toEqual([[null, null, null]]);
    },
  );

  it("a storage that its module declares in the parent only fails the call, with the fix", async () => {
    const storage = new AsyncLocalStorage<string>();
    const url = "data:text/javascript,export const declare = (carry, storage) => { carry(storage) }";
    const { declare } = await import(/* @vite-ignore */ url);
    declare(carryContext, storage);
    await using pool = new Pool({ processes: 1, startMethod: "thread" });
    await expect(storage.run("value", () => pool.apply(() => 1))).rejects.toMatchObject({
      code: "ERR_MANYHANDS_TARGET",
      message: expect.stringContaining("call carryContext() at the top level of that module"),
    });
  });

  it("a storage is declared once, and gives itself", () => {
    const storage = new AsyncLocalStorage<number>();
    expect(carryContext(storage, { name: "once" })).toBe(storage);
    expect(carryContext(storage)).toBe(storage);
    expect(() => carryContext(new AsyncLocalStorage(), { name: "once" })).toThrow(
      'Cannot carry the context "once": another storage has that name',
    );
  });

  it.each([
    [() => carryContext(undefined as never), "Cannot carry the context of undefined: write an AsyncLocalStorage"],
    [() => carryContext({ run: 1 } as never), "write an AsyncLocalStorage of node:async_hooks"],
    [() => carryContext(new AsyncLocalStorage(), { name: "" }), 'name is "", write a string that is not empty'],
    [
      () => carryContext(new AsyncLocalStorage(), { nam: "a" } as never),
      'there is no option "nam" (did you mean "name"?)',
    ],
  ])("refuses %s", (call, text) => {
    expect(call).toThrow(text);
  });
});

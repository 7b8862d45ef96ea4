import { inspect } from "node:util";
import {
  BrokenProcessPoolError,
  getAllStartMethods,
  Pool,
  type PoolOptions,
  ProcessPoolExecutor,
} from "@manyhands/process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectWarnings } from "../setup/warnings.ts";
import { expectNothingLeft, job } from "./job.ts";

const broken = { module: new URL("data:text/javascript,export const broken = ;"), name: "broken" } as never;

// Faults in the initializer, which keep a worker from booting.
const faults = [
  { how: "throw", fn: "fail", args: ["boot"], why: /RangeError: boot/ },
  { how: "throw a string", fn: "throwValue", args: ["text"], why: /text/ },
  { how: "reject", fn: "reject", args: ["boot"], why: /TypeError: boot/ },
  { how: "exit 0", fn: "exit", args: [0], why: /exit code 0/ },
  { how: "exit 7", fn: "exit", args: [7], why: /exit code 7/ },
  { how: "abort", fn: "abort", args: [], on: "process", why: /SIGABRT/ },
  { how: "SIGKILL", fn: "killSelf", args: [], on: "process", why: /SIGKILL/ },
  { how: "out of memory", fn: "eatMemory", args: [], on: "thread", why: /exit code 1/ },
] as const;

// A broken pool needs no close(); one that is garbage-collected warns all the same.
expectWarnings(/^ResourceWarning: Pool-\d+ was garbage-collected while open/);

const methods = (["thread", "spawn", "forkserver"] as const).filter((name) => getAllStartMethods().includes(name));

describe.each(methods)("a pool whose workers fail to boot, on %s", (startMethod) => {
  const here = startMethod === "thread" ? "thread" : "process";
  const there = faults.filter((fault) => !("on" in fault) || fault.on === here);
  const common: PoolOptions = {
    startMethod,
    ...(startMethod === "thread" && { resourceLimits: { maxOldGenerationSizeMb: 24 } }),
  };
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  beforeEach(() => {
    warnings.length = 0;
    process.on("warning", listen);
  });
  afterEach(async () => {
    process.off("warning", listen);
    await expectNothingLeft();
  });

  /** Each call rejects with the reason, and a warning is emitted. */
  async function expectBroken(calls: Promise<unknown>[], why: RegExp): Promise<void> {
    for (const outcome of await Promise.allSettled(calls)) {
      const { reason } = outcome as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(BrokenProcessPoolError);
      expect(reason.message).toMatch(why);
      expect(reason.cause).toBeDefined();
    }
    await expect.poll(() => warnings.map(({ name }) => name)).toContain("BrokenProcessPoolError");
  }

  it.each(there)("a pool breaks when the initializer has the fault: $how", async ({ fn, args, why }) => {
    const pool = new Pool({ ...common, processes: 2, initializer: job(fn), initArgs: args });
    const calls = [
      pool.apply(job("increment"), [1]),
      pool.map(job("increment"), [1, 2]),
      pool.starmap(job("add"), [[1, 2]]),
      pool.imap(job("increment"), [1, 2]).next(),
      pool.imapUnordered(job("increment"), [1, 2]).next(),
    ];
    await expectBroken(calls, why);
    await expect(pool.apply(job("increment"), [1])).rejects.toBeInstanceOf(BrokenProcessPoolError);
    expect(pool.stats().state).toBe("broken");
    await pool.join();
    expect(pool.stats().workers).toEqual([]);
  });

  it.each(there)("an executor breaks when the initializer has the fault: $how", async ({ fn, args, why }) => {
    const executor = new ProcessPoolExecutor({ ...common, maxWorkers: 1, initializer: job(fn), initArgs: args });
    const calls = [executor.submit(job("increment"), 1).result(), executor.map(job("increment"), [1]).next()];
    await expectBroken(calls, why);
    expect(() => executor.submit(job("increment"), 1)).toThrow(BrokenProcessPoolError);
    await executor.shutdown();
    expect(executor.stats()).toMatchObject({ state: "broken", workers: [], queued: 0, running: 0 });
  });

  it("the constructor throws when the initializer is not exported", () => {
    const options = { processes: 1, startMethod, initializer: job("nothingThere") };
    expect(() => new Pool(options)).toThrow(/does not export/);
  });

  it("a pool breaks when the initializer's module cannot be parsed", async () => {
    const pool = new Pool({ processes: 1, startMethod, initializer: broken });
    await expect(pool.apply(job("increment"), [1])).rejects.toThrow(/SyntaxError/);
    await pool.join();
  });

  it.runIf(here === "process")("a pool breaks with its first worker whose options Node refuses", async () => {
    const pool = new Pool({ processes: 1, startMethod, execArgv: ["--no-such-option"] });
    const error = await pool.apply(job("increment"), [1]).catch((reason) => reason);
    expect(error).toBeInstanceOf(BrokenProcessPoolError);
    const refusal = /exit code 9, Node refused its options.*\n.*bad option: --no-such-option/;
    expect(error.cause.message).toMatch(refusal);
    expect(inspect(error.cause).match(/bad option/g)).toHaveLength(1);
    expect(pool.stats()).toMatchObject({ state: "broken", died: 1 });
    await pool.join();
  });

  it("terminate() ends an endless initializer", async () => {
    const pool = new Pool({ processes: 1, startMethod, initializer: job("loop"), graceMs: 50 });
    const pending = pool.apply(job("increment"), [1]).catch((error) => error);
    pool.terminate();
    expect((await pending).code).toBe("ERR_MANYHANDS_CLOSED");
    await pool.join();
  });
});

import { BrokenProcessPoolError, Pool } from "@manyhands/process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectNothingLeft, job, methods } from "./job.ts";

const broken = { module: new URL("data:text/javascript,export const broken = ;"), name: "broken" } as never;

// Where the worker never comes up: its initializer.
const faults = [
  { how: "throw", fn: "fail", args: ["boot"], on: methods, why: /RangeError: boot/ },
  { how: "throw a string", fn: "throwValue", args: ["text"], on: methods, why: /text/ },
  { how: "reject", fn: "reject", args: ["boot"], on: methods, why: /TypeError: boot/ },
  { how: "exit 0", fn: "exit", args: [0], on: methods, why: /exit code 0/ },
  { how: "exit 7", fn: "exit", args: [7], on: methods, why: /exit code 7/ },
  { how: "abort", fn: "abort", args: [], on: ["spawn"], why: /SIGABRT/ },
  { how: "SIGKILL", fn: "killSelf", args: [], on: ["spawn"], why: /SIGKILL/ },
] as const;

describe.each(methods)("a pool whose workers do not come up, on %s", (startMethod) => {
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

  for (const { how, fn, args, on, why } of faults) {
    if (!(on as readonly string[]).includes(startMethod)) continue;
    it(`boot: ${how}`, async () => {
      const pool = new Pool({ processes: 2, startMethod, initializer: job(fn), initArgs: args });
      const pending = await Promise.allSettled([
        pool.apply(job("increment"), [1]),
        pool.map(job("increment"), [1, 2]),
        pool.imap(job("increment"), [1, 2]).next(),
      ]);
      for (const outcome of pending) {
        const { reason } = outcome as PromiseRejectedResult;
        expect(reason).toBeInstanceOf(BrokenProcessPoolError);
        expect(reason.message).toMatch(why);
        expect(reason.cause).toBeDefined();
      }
      await expect(pool.apply(job("increment"), [1])).rejects.toBeInstanceOf(BrokenProcessPoolError);
      expect(pool.stats().state).toBe("broken");
      await pool.join();
      expect(pool.stats().workers).toEqual([]);
      await expect.poll(() => warnings.map(({ name }) => name)).toContain("BrokenProcessPoolError");
    });
  }

  it("boot: no such export is told at once", () => {
    const options = { processes: 1, startMethod, initializer: job("nothingThere") };
    expect(() => new Pool(options)).toThrow(/does not export/);
  });

  it("boot: a module that cannot be parsed", async () => {
    const pool = new Pool({ processes: 1, startMethod, initializer: broken });
    await expect(pool.apply(job("increment"), [1])).rejects.toThrow(/SyntaxError/);
    await pool.join();
  });

  it("boot: terminate() in an endless initializer", async () => {
    const pool = new Pool({ processes: 1, startMethod, initializer: job("loop"), graceMs: 50 });
    const pending = pool.apply(job("increment"), [1]).catch((error) => error);
    pool.terminate();
    expect((await pending).code).toBe("ERR_MANYHANDS_CLOSED");
    await pool.join();
  });
});

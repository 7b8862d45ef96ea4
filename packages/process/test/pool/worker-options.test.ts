import { Pool, type PoolOptions, ProcessPoolExecutor } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { allMethods } from "../fixture/run-program.ts";
import { job } from "./job.ts";
import { runPoolProgram } from "./run-pool-program.ts";

it.each([
  [{ env: "KEY=1" }, 'env is "KEY=1", write an object'],
  [{ execArgv: "--no-warnings" }, 'execArgv is "--no-warnings", write an array of strings'],
  [{ argv: [1] }, "argv[0] is 1, write a string"],
  [{ cwd: 5 }, "cwd is 5, write the path of a folder"],
  [{ resourceLimits: { maxOldGenerationSizeMb: 0 } }, "resourceLimits.maxOldGenerationSizeMb is 0, write MB, > 0"],
  [{ nice: 20 }, "nice is 20, write a whole number from -20 to 19"],
])("a Pool and an executor refuse %o", (options, message) => {
  expect(() => new Pool(options as PoolOptions)).toThrow(`Cannot make a Pool: ${message}`);
  expect(() => new ProcessPoolExecutor(options as never)).toThrow(`Cannot make a ProcessPoolExecutor: ${message}`);
});

it.each([
  [{ cwd: "/" }, 'Cannot give cwd to workers by "thread": all threads of a process have one working directory'],
  [
    { resourceLimits: { maxOldGenerationSizeMb: 2 } },
    "maxOldGenerationSizeMb is 2, and Node may abort the whole program",
  ],
  [{ nice: 5 }, 'Cannot give nice to workers by "thread": Node sets the priority of whole processes'],
  [
    { execArgv: ["--max-old-space-size=64"] },
    "execArgv contain --max-old-space-size=64, and a thread cannot have options of V8 or of the whole process",
  ],
])("a Pool by thread refuses %o", (options, message) => {
  expect(() => new Pool({ processes: 1, startMethod: "thread", ...options })).toThrow(message);
});

it("a Pool whose cwd does not exist is broken, and its error says so", async () => {
  const pool = new Pool({ processes: 1, startMethod: "spawn", cwd: "/no/such/folder" });
  const error = await pool.apply(job("square"), [2]).catch((reason) => reason);
  expect(error).toMatchObject({ code: "ERR_MANYHANDS_BROKEN_PROCESS_POOL", cause: { code: "ENOENT" } });
  expect(error.cause.message).toMatch(/^Cannot start with the cwd "\/no\/such\/folder": ENOENT/);
  await pool[Symbol.asyncDispose]();
});

describe.each(allMethods)("workers of a Pool by %s", (method) => {
  it("workers have the env, argv, cwd and nice of the options", async () => {
    const [worker] = await runPoolProgram(
      method,
      `
      const own = startMethod === "thread" ? {} : { cwd: "/", nice: 3 };
      const pool = new api.Pool({ processes: 1, env: { ...process.env, KEY: "value" }, argv: ["one", "two"], ...own });
      print(await pool.apply(async () => {
        const { getPriority } = await import("node:os");
        return [process.env.KEY, process.argv.slice(2), process.cwd(), getPriority()];
      }));
      await end(pool);`,
    );
    const own = method === "thread" ? [expect.any(String), expect.any(Number)] : ["/", 3];
    expect(worker).toEqual(["value", ["one", "two"], ...own]);
  });
});

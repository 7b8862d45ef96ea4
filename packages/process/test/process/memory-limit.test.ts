import type { ResourceLimits } from "node:worker_threads";
import { Pool, Process, WorkerDiedError } from "@manyhands/process";
import { expect, it } from "vitest";
import { threadExit } from "../../src/start/child/exit-code.ts";
import { allMethods, runProgram } from "../fixture/run-program.ts";

const allocate = { module: new URL("../fixture/job.js", import.meta.url), name: "allocate" };

it("a thread that exceeds its memory limit ends with an error that says so", async () => {
  const child = new Process(allocate, { resourceLimits: { maxOldGenerationSizeMb: 16 }, stderr: "pipe" }).start();
  const error = (await child.result().catch((reason) => reason)) as WorkerDiedError;
  expect(error).toBeInstanceOf(WorkerDiedError);
  expect(error.cause).toMatchObject({ code: "ERR_WORKER_OUT_OF_MEMORY" });
  expect(error.message).toContain("memory limit");
  expect(await child.join()).toBe(1);
});

it("a thread that ran out of memory while it started has the exit code 1, though Node says 0", () => {
  const error = new Error("out of memory");
  expect(threadExit(0, error, undefined)).toEqual({ code: 1, error });
  expect(threadExit(0, undefined, undefined)).toEqual({ code: 0 });
  expect(threadExit(1, error, "SIGTERM")).toEqual({ code: -15 });
});

it("start() by thread refuses a heap in which Node cannot boot a thread, and works with what it says", async () => {
  const limited = (maxOldGenerationSizeMb: number) =>
    new Process(() => 1, { startMethod: "thread", resourceLimits: { maxOldGenerationSizeMb } });
  expect(() => limited(2).start()).toThrow(/maxOldGenerationSizeMb is 2, .*; write 16 or more/);
  const child = limited(16).start();
  expect(await child.result()).toBe(1);
  await child.join();
});

it("a process that runs out of memory while it boots ends with an error that says so", async () => {
  const resourceLimits = { maxOldGenerationSizeMb: 2, maxYoungGenerationSizeMb: 1 };
  const child = new Process(allocate, { startMethod: "spawn", resourceLimits, stderr: "pipe" }).start();
  const error = (await child.result().catch((reason) => reason)) as WorkerDiedError;
  expect(error).toMatchObject({ cause: { code: "ERR_WORKER_OUT_OF_MEMORY" } });
  expect(error.message).toContain("JS heap out of memory");
});

it.each(allMethods.filter((method) => method !== "thread" && method !== "fork"))(
  "a process by %s that exceeds its memory limit ends with an error that says so",
  async (startMethod) => {
    const child = new Process(allocate, {
      startMethod,
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 3 },
      stderr: "pipe",
      stdout: "ignore",
    }).start();
    const error = (await child.result().catch((reason) => reason)) as WorkerDiedError;
    expect(error).toMatchObject({ exitCode: -6, signal: "SIGABRT", cause: { code: "ERR_WORKER_OUT_OF_MEMORY" } });
    expect(error.message).toContain("memory limit");
    expect(error.stderr).not.toBe("");
    expect(await child.join()).toBe(-6);
  },
);

it("a Pool of processes replaces a worker that exceeds its memory limit, and one call fails", async () => {
  const pool = new Pool({ processes: 1, startMethod: "spawn", resourceLimits: { maxOldGenerationSizeMb: 24 } });
  const error = await pool.apply(allocate).catch((reason) => reason);
  expect(error).toMatchObject({ code: "ERR_MANYHANDS_WORKER_DIED", cause: { code: "ERR_WORKER_OUT_OF_MEMORY" } });
  expect(await pool.apply(() => 1)).toBe(1);
  pool.close();
  await pool.join();
});

it.each(allMethods.filter((method) => method !== "thread" && method !== "fork"))(
  "the heap and the stack of a process by %s have the sizes of resourceLimits",
  async (startMethod) => {
    const measure = async () => {
      const { getHeapStatistics } = await import("node:v8");
      const depth = (n: number): number => {
        try {
          return depth(n + 1);
        } catch {
          return n;
        }
      };
      return [getHeapStatistics().heap_size_limit / 2 ** 20, depth(0)] as const;
    };
    const resultWith = async (resourceLimits: ResourceLimits) => {
      const child = new Process(measure, { startMethod, resourceLimits }).start();
      const result = await child.result();
      await child.join();
      return result;
    };
    const [heapMb, depth] = await resultWith({
      maxOldGenerationSizeMb: 64,
      maxYoungGenerationSizeMb: 6,
      stackSizeMb: 1,
    });
    const [, deeper] = await resultWith({ stackSizeMb: 4 });
    expect(heapMb).toBe(70);
    expect(deeper).toBeGreaterThan(3 * depth);
  },
);

it.each([
  [{ codeRangeSizeMb: 8 }, "codeRangeSizeMb is set, and V8 has no option for it; leave it out"],
  [{ stackSizeMb: 1e6 }, "stackSizeMb is 1000000, and the system's limit of the stack leaves"],
])("start() by spawn refuses the limits %o", (resourceLimits, message) => {
  const child = new Process(allocate, { startMethod: "spawn", resourceLimits });
  expect(() => child.start()).toThrow(message);
});

it("start() by fork refuses options of Node, and a Pool too", async () => {
  const { out } = await runProgram(
    "fork",
    `
    const options = { startMethod, execArgv: ["--expose-gc"] };
    try { new manyhands.Process(() => {}, options).start(); } catch (error) { console.log(error.message); }
    try { new manyhands.Pool({ processes: 1, ...options }); } catch (error) { console.log(error.message); }`,
  );
  expect(out).toHaveLength(2);
  for (const line of out) expect(line).toContain("execArgv are set, and it runs in its parent's Node");
});

it("start() by fork refuses limits, since the heap is the parent's", async () => {
  const { out } = await runProgram(
    "fork",
    `
    const child = new manyhands.Process(() => {}, { startMethod, resourceLimits: { maxOldGenerationSizeMb: 64 } });
    try { child.start(); } catch (error) { console.log(error.message); }`,
  );
  expect(out.join()).toContain(
    'its heap is its parent\'s, whose limits V8 does not change after the start; write startMethod: "spawn"',
  );
});

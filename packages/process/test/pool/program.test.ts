import { execFile } from "node:child_process";
import { describe, expect, it } from "vitest";

// Whole programs: how pools and executors affect the exit of their program.
const runtime = JSON.stringify(import.meta.resolve("@manyhands/process"));
const job = JSON.stringify(new URL("../fixture/pool-job.js", import.meta.url).href);

function program(text: string, flags: string[] = []): Promise<{ code: number | null; out: string; err: string }> {
  const whole = `import { Pool, ProcessPoolExecutor } from ${runtime};
    const job = (name) => ({ module: new URL(${job}), name });
    const startMethod = process.env.METHOD;
    ${text}`;
  return new Promise((resolve) => {
    const args = [...flags, "--input-type=module", "--eval", whole];
    const child = execFile(
      process.execPath,
      args,
      { timeout: 100_000, env: { ...process.env, METHOD: method } },
      (_, out, err) => resolve({ code: child.exitCode, out, err }),
    );
  });
}
let method = "thread";

describe.each(["thread", "spawn"])("a program with a pool on %s", (startMethod) => {
  const run = (text: string, flags?: string[]) => {
    method = startMethod;
    return program(text, flags);
  };

  it("a program exits when its pool was not closed", {
    tags: ["_TestPoolWorkerLifetime.test_worker_finalization_via_atexit_handler_of_multiprocessing"],
  }, async () => {
    const { code, out, err } = await run(`
      globalThis.pool = new Pool({ processes: 2, startMethod });
      console.log(await pool.apply(job("square"), [4]));
      globalThis.unused = new Pool({ processes: 1, startMethod });`);
    expect({ code, out, err }).toEqual({ code: 0, out: "16\n", err: "" });
  });

  it("a program runs until submitted calls are done", {
    tags: ["ExecutorShutdownTest.test_interpreter_shutdown"],
  }, async () => {
    const { code, out, err } = await run(`
      const executor = new ProcessPoolExecutor({ startMethod });
      executor.submit(job("slowly"), "apple", 300).then(console.log);`);
    expect({ code, out, err }).toEqual({ code: 0, out: "apple\n", err: "" });
  });

  it("a program runs until submitted calls are done after shutdown() without waiting", {
    tags: ["ExecutorShutdownTest.test_hang_gh83386"],
  }, async () => {
    const { code, out, err } = await run(`
      const executor = new ProcessPoolExecutor({ startMethod });
      executor.submit(job("slowly"), "apple", 300).then(console.log);
      void executor.shutdown({ wait: false });`);
    expect({ code, out, err }).toEqual({ code: 0, out: "apple\n", err: "" });
  });

  it("submit() throws in an exit handler", {
    tags: ["ExecutorShutdownTest.test_submit_after_interpreter_shutdown"],
  }, async () => {
    const { code, out } = await run(`
      const executor = new ProcessPoolExecutor({ startMethod });
      process.on("exit", () => {
        try { executor.submit(job("square"), 1); } catch (error) { console.log(error.code); }
      });`);
    expect({ code, out }).toEqual({ code: 0, out: "ERR_MANYHANDS_CLOSED\n" });
  });

  it("a large pool prints no warning", { tags: ["MiscTestCase.test_large_pool"] }, async () => {
    const { code, out, err } = await run(`
      const pool = new Pool({ processes: startMethod === "thread" ? 24 : 12, startMethod });
      const values = await pool.map(job("identity"), Array.from({ length: 1000 }, (_, i) => i));
      console.log(values.reduce((sum, n) => sum + n, 0));
      pool.close();
      await pool.join();`);
    expect({ code, out, err }).toEqual({ code: 0, out: "499500\n", err: "" });
  });

  it("a pool that is garbage-collected while open emits a warning", {
    tags: ["_TestPool.test_resource_warning"],
  }, async () => {
    const { code, err } = await run(
      `
      await (async () => { await new Pool({ processes: 1, startMethod }).apply(job("square"), [1]); })();
      const warned = new Promise((resolve) => process.on("warning", resolve));
      const collecting = setInterval(() => gc(), 20);
      console.log((await warned).name);
      clearInterval(collecting);`,
      ["--expose-gc"],
    );
    expect(code).toBe(0);
    expect(err).toMatch(/ResourceWarning: Pool-1 was garbage-collected while open/);
  });

  it("a pool and an executor keep neither arguments nor results", {
    tags: [
      "_TestPool.test_release_task_refs",
      "ExecutorTest.test_no_stale_references",
      "ExecutorTest.test_free_reference",
    ],
  }, async () => {
    const { code, out } = await run(
      `
      const pool = new Pool({ processes: 2, startMethod });
      const executor = new ProcessPoolExecutor({ maxWorkers: 1, startMethod });
      const refs = [];
      const held = (value) => (refs.push(new WeakRef(value)), value);
      await (async () => {
        const items = Array.from({ length: 10 }, (_, i) => held({ i }));
        for (const value of await pool.map(job("identity"), items)) held(value);
        held(await pool.apply(job("identity"), [held({ one: 1 })]));
        await executor.submit(job("identity"), held({ two: 2 }));
        for await (const value of executor.map(job("identity"), [held({ three: 3 })])) held(value);
      })();
      for (let i = 0; i < 50 && refs.some((ref) => ref.deref() !== undefined); i++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        gc();
      }
      console.log(refs.filter((ref) => ref.deref() !== undefined).length);
      pool.terminate();`,
      ["--expose-gc"],
    );
    expect({ code, out }).toEqual({ code: 0, out: "0\n" });
  });
});

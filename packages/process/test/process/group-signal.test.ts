import { describe, expect, it } from "vitest";
import { allMethods, runProgram } from "../fixture/run-program.ts";
import { waitForExit } from "./nothing-left.ts";

// A terminal, a process manager and systemd send a signal to all processes of a program. The program drains: it
// finishes its calls, then ends.
const program = `
  import { readdirSync, readFileSync } from "node:fs";
  const { Pool, ProcessPoolExecutor, Manager, SharedEvent } = api;
  const descendants = (pid = process.pid) => readdirSync("/proc/" + pid + "/task")
    .flatMap((tid) => readFileSync("/proc/" + pid + "/task/" + tid + "/children", "latin1").split(" ").filter(Boolean).map(Number))
    .flatMap((child) => [child, ...descendants(child)]);
  // A listener for a signal does not keep the program alive, and the end of the only child may come before the signal.
  const drained = (signal) => new Promise((resolve) => {
    const alive = setInterval(() => {}, 1e6);
    process.once(signal, () => { clearInterval(alive); resolve(); });
  });
  const sendToGroup = async (signal) => {
    const received = drained(signal);
    process.kill(0, signal);
    await received;
  };
  const until = async (isReady) => { while (!isReady()) await new Promise((resolve) => setTimeout(resolve, 5)); };
`;
const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"] as const;
// SIGQUIT may leave a core file of what it ends.
const fatal = signals.filter((signal) => signal !== "SIGQUIT");

describe.each(allMethods)("a program with workers by %s that gets a signal with its process group", (method) => {
  it(`finishes all calls after ${signals.join(", ")}, and leaves nothing`, async () => {
    const { code, out, err } = await runProgram(
      method,
      `${program}
      const go = new SharedEvent();
      const pool = new Pool(2);
      const executor = new ProcessPoolExecutor({ maxWorkers: 1 });
      const manager = await new Manager().start();
      const queue = await manager.queue();
      const task = async (n) => { await go.wait(); return n; };
      const jobs = [1, 2, 3, 4].map((n) => pool.apply(task, [n]));
      jobs.push(...[5, 6].map((n) => executor.submit(task, n).result()), queue.get());
      await until(() => pool.stats().running >= 2 && executor.stats().running >= 1);
      for (const signal of ${JSON.stringify(signals)}) await sendToGroup(signal);
      go.set();
      await queue.put(7);
      console.log((await Promise.all(jobs)).join());
      console.log(descendants().join());
      pool.close();
      await pool.join();
      await executor.shutdown();
      await manager.shutdown();
      console.log("exit code of the manager", manager.process.exitCode);`,
    );
    expect({ code, out: [out[0], out.at(-1)], err }).toEqual({
      code: 0,
      out: ["1,2,3,4,5,6,7", "exit code of the manager 0"],
      err: "",
    });
    await Promise.all(
      (out.length === 3 ? (out[1] as string) : "")
        .split(",")
        .filter(Boolean)
        .map((pid) => waitForExit(Number(pid))),
    );
  });

  it.each(fatal)("replaces the processes that %s ends while they boot", async (signal) => {
    const { code, out, err } = await runProgram(
      method,
      `${program}
      const pool = new Pool(2);
      const executor = new ProcessPoolExecutor({ maxWorkers: 1 });
      const manager = new Manager();
      const jobs = [manager.start().then(() => 0), ...[1, 2].map((n) => pool.apply((n) => n, [n])), executor.submit((n) => n, 3).result()];
      await Promise.resolve();
      await sendToGroup(${JSON.stringify(signal)});
      pool.close();
      console.log((await Promise.all(jobs)).join());
      await pool.join();
      await executor.shutdown();
      await manager.shutdown();`,
    );
    expect({ code, out, err }).toEqual({ code: 0, err: "", out: ["0,1,2,3"] });
  });

  it("leaves nothing when it ignores the signal and is killed, with busy workers", async () => {
    const { code, out } = await runProgram(
      method,
      `${program}
      const pool = new Pool(2);
      const manager = await new Manager().start();
      const started = new SharedEvent();
      void pool.apply((started) => { started.set(); for (;;); }, [started]).catch(() => {});
      await started.wait();
      await sendToGroup("SIGTERM");
      console.log(descendants().join());
      process.kill(process.pid, "SIGKILL");`,
    );
    expect(code).toBe("SIGKILL");
    await Promise.all(
      (out[0] ?? "")
        .split(",")
        .filter(Boolean)
        .map((pid) => waitForExit(Number(pid))),
    );
  });
});

describe.each(allMethods.filter((method) => method !== "thread"))("a Process by %s", (method) => {
  it(`ends by ${fatal.join(", ")}, as in Python`, async () => {
    const { code, out, err } = await runProgram(
      method,
      `${program}
      const { Process } = api;
      const endedBy = async (signal) => {
        const started = new SharedEvent();
        const child = new Process(async (started) => { process.removeAllListeners("SIGINT"); started.set(); await new Promise((resolve) => setTimeout(resolve, 1e6)); }, { args: [started] }).start();
        await started.wait();
        await sendToGroup(signal);
        return child.join();
      };
      const exitCodes = [];
      for (const signal of ${JSON.stringify(fatal)}) exitCodes.push(await endedBy(signal));
      console.log(exitCodes.join());`,
    );
    expect({ code, out, err }).toEqual({ code: 0, err: "", out: ["-2,-15,-1,-12"] });
  });
});

describe.each(allMethods.filter((method) => method !== "thread"))("a Pool by %s", (method) => {
  it("terminate() ends busy workers at once, with the exit code of SIGTERM", async () => {
    const { code, out, err } = await runProgram(
      method,
      `import { subscribe } from "node:diagnostics_channel";
      const { Pool, SharedEvent } = api;
      const exitCodes = [];
      subscribe("manyhands.pool.worker", ({ edge, exitCode }) => edge === "ended" && exitCodes.push(exitCode));
      const pool = new Pool({ processes: 1, graceMs: 1e6 });
      const started = new SharedEvent();
      const call = pool.apply((started) => { started.set(); for (;;); }, [started]).catch((error) => error.code);
      await started.wait();
      pool.terminate();
      console.log(await call);
      await pool.join();
      console.log(exitCodes.join());`,
    );
    expect({ code, out, err }).toEqual({ code: 0, err: "", out: ["ERR_MANYHANDS_CLOSED", "-15"] });
  });

  it("terminate() runs a listener for SIGTERM in a worker that runs a task", async () => {
    const { code, out, err } = await runProgram(
      method,
      `const { Pool, SharedEvent } = api;
      const pool = new Pool({ processes: 1, graceMs: 1e6 });
      const [started, ended] = [new SharedEvent(), new SharedEvent()];
      const call = pool.apply(async (started, ended) => {
        process.on("SIGTERM", () => { ended.set(); process.exit(3); });
        started.set();
        await new Promise((resolve) => setTimeout(resolve, 1e6));
      }, [started, ended]).catch((error) => error.code);
      await started.wait();
      await new Promise((resolve) => setImmediate(resolve));
      pool.terminate();
      console.log(await call);
      await pool.join();
      console.log(ended.isSet);`,
    );
    expect({ code, out, err }).toEqual({ code: 0, err: "", out: ["ERR_MANYHANDS_CLOSED", "true"] });
  });
});

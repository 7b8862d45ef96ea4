import { describe, expect, it } from "vitest";
import { allMethods, runProgram } from "../fixture/run-program.ts";
import { waitForExit } from "../process/nothing-left.ts";

const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
const entry = JSON.stringify(import.meta.resolve("@manyhands/process").replace(/index\.js$/, "supervisor.js"));
const head = `
  const { RestartLimitError, Supervisor } = await import(${entry});
  const { target } = await import(${url("../fixture/supervised.js")});
  const child = (name, fn = "serve", more = {}) => ({ name, target: target(fn), startMethod, ...more });
  const isReady = { readyTimeoutMs: 50_000 };
`;

describe.each(allMethods)("a program with a supervisor, by %s", (startMethod) => {
  it("ends with the error when a supervisor gives up and no join() waits", async () => {
    const { code, err } = await runProgram(
      startMethod,
      `${head}
      await new Supervisor([child("a"), child("b", "exitWith", { args: [3] })], { maxRestarts: 1, name: "app" }).start();
      setInterval(() => {}, 1000);`,
    );
    expect(code).toBe(1);
    expect(err).toMatch(/Cannot keep the children of app running: they exited 2 times within 5000 ms/);
  });

  it("ends by itself when no child is to be started any more", async () => {
    const { code, out, err } = await runProgram(
      startMethod,
      `${head}
      const children = [child("a", "exitWith", { args: [0], restart: "transient" }), child("b", "exitWith", { args: [2], restart: "temporary" })];
      const supervisor = await new Supervisor(children).start();
      console.log(await supervisor.join());`,
    );
    expect({ code, out, err }).toEqual({ code: 0, out: ["true"], err: "" });
  });

  it("leaves no process when it is killed, those of a supervisor in a child included", async () => {
    const { code, out } = await runProgram(
      startMethod,
      `${head}
      await new Supervisor([child("a", "serve", isReady), child("b", "superviseBelow", { args: [startMethod], ...isReady })]).start();
      let rows = await api.ps();
      while (rows.length < 5) rows = await api.ps();
      console.log(rows.map(({ pid }) => pid).join(" "));
      process.kill(process.pid, "SIGKILL");`,
    );
    expect(code).toBe("SIGKILL");
    const pids = out[0]?.split(" ").map(Number) ?? [];
    expect(new Set(pids).size).toBe(startMethod === "thread" ? 1 : 5);
    await Promise.all(pids.map(waitForExit));
  });

  it("leaves no process when it calls process.exit() during a restart", async () => {
    const { code, out } = await runProgram(
      startMethod,
      `${head}
      const onEvent = ({ edge }) => edge === "restarted" && process.exit(7);
      const supervisor = new Supervisor([child("a", "serve", isReady), child("b", "serve", isReady)], { strategy: "oneForAll", onEvent });
      await supervisor.start();
      console.log(supervisor.children().map(({ process }) => process.pid).join(" "));
      supervisor.children()[1].process.kill();`,
    );
    expect(code).toBe(7);
    const pids = out[0]?.split(" ").map(Number) ?? [];
    expect(pids.length).toBe(2);
    if (startMethod !== "thread") await Promise.all(pids.map(waitForExit));
  });
});

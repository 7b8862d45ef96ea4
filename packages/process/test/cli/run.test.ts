import { describe, expect, it } from "vitest";
import { canFork, runCommand, runForkReady } from "../fixture/run-fork-ready.ts";

describe.runIf(canFork)("manyhands run", () => {
  it("runs a program with its arguments, streams and exit code", async () => {
    const { code, out, err } = await runForkReady(
      `console.log(JSON.stringify(process.argv.slice(2)));
       console.error("to stderr");
       for await (const _ of process.stdin);
       process.exitCode = 7;`,
      { args: ["one", "--two"] },
    );
    expect({ code, out, err }).toEqual({ code: 7, out: ['["one","--two"]'], err: "to stderr\n" });
  });

  it("runs TypeScript, by Node or by tsx, and can fork", async () => {
    const { out } = await runForkReady(
      `import { Process } from "RUNTIME";
       const answer: number = 42;
       console.log(await new Process((plus: number) => answer + plus, { args: [1], startMethod: "fork" }).start().result());`,
      { file: "program.mts" },
    );
    expect(out).toEqual(["43"]);
  });

  it("takes the values of Node's options for no program, behind a space as behind =", async () => {
    const hook = 'data:text/javascript,globalThis.hooked="yes"';
    const { out } = await runForkReady("console.log(process.title, globalThis.hooked, process.argv[2]);", {
      nodeOptions: ["--title", "hands", "--import", hook, "--stack-trace-limit=3"],
      args: ["one"],
    });
    expect(out).toEqual(["hands yes one"]);
  });

  it("prints what is missing, with the fix", async () => {
    expect(await runCommand(["run"])).toMatchObject({ code: 2, err: expect.stringContaining("manyhands run main.ts") });
    expect(await runCommand(["run", "no-such-file.js"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("no such file"),
    });
    expect(await runCommand(["fly"])).toMatchObject({ code: 2, err: expect.stringContaining("see manyhands --help") });
  });

  it("does not change the execArgv of spawned children", async () => {
    const { out } = await runForkReady(
      `import { spawnSync } from "node:child_process";
       import { Process } from "RUNTIME";
       const child = new Process(() => process.execArgv, { startMethod: "spawn" }).start();
       console.log(JSON.stringify(await child.result()));`,
    );
    expect(out).toEqual(["[]"]);
  });
});

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { gone } from "./nothing-left.ts";

// Whole programs: what a process means to the end of the program that made it, and the other way round.
const folder = mkdtempSync(join(tmpdir(), "manyhands-program-"));
const runtime = import.meta.resolve("@manyhands/process");
const job = new URL("../fixture/job.js", import.meta.url).href;
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const program of running) program.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const head = `import { ${["Process", "activeChildren", "currentProcess", "isMain", "getStartMethod", "setStartMethod", "ps", "exit"].join(", ")} } from ${JSON.stringify(runtime)};
const job = new URL(${JSON.stringify(job)});
const start = (name, args = [], options = {}) => new Process({ module: job, name }, { args, startMethod: process.env.METHOD, ...options }).start();
`;

function write(path: string, text: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  return join(folder, path);
}

function launch(args: string[], method = "thread", stdio: "pipe" | "ignore" = "pipe"): ChildProcess {
  const program = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, METHOD: method },
    stdio: ["ignore", stdio, "pipe"],
  });
  running.add(program);
  program.once("exit", () => running.delete(program));
  return program;
}

async function finish(program: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let out = "";
  let err = "";
  program.stdout?.on("data", (piece) => {
    out += piece;
  });
  program.stderr?.on("data", (piece) => {
    err += piece;
  });
  const code = await new Promise<number | null>((resolve) => program.once("close", resolve));
  return { code, out, err };
}

const run = (text: string, method?: string) => finish(launch([write("program.mjs", head + text)], method));

describe.each(["thread", "spawn", "forkserver"])("a program with children by %s", (method) => {
  it("waits for them at its end", async () => {
    const { code, out } = await run(
      `start("outlive", [${JSON.stringify(join(folder, "x"))}, 100]); process.on("exit", () => console.log("left", activeChildren().length));`,
      method,
    );
    expect({ code, out }).toEqual({ code: 0, out: "left 0\n" });
  });

  it("does not wait for daemons, and ends them", async () => {
    const { code, out } = await run(
      `const child = start("forever", [], { daemon: true }); console.log(child.pid);`,
      method,
    );
    expect(code).toBe(0);
    if (method === "spawn") await gone(Number(out));
  });

  it("waits for a daemon that is joined", async () => {
    const { code, out } = await run(
      `const child = start("add", [1, 2], { daemon: true }); console.log(await child.result(), await child.join());`,
      method,
    );
    expect({ code, out }).toEqual({ code: 0, out: "3 0\n" });
  });

  it("takes them along when it leaves by process.exit()", async () => {
    const { code, out } = await run(`const child = start("forever"); console.log(child.pid); process.exit(5);`, method);
    expect(code).toBe(5);
    if (method === "spawn") await gone(Number(out));
  });

  it.each(["forever", "spin"])("takes them along when it is killed (%s)", async (name) => {
    const program = launch(
      [
        write(
          "program.mjs",
          `${head} const child = start(${JSON.stringify(name)}); while (child.state === "ready") await new Promise(setImmediate); console.log(child.pid);`,
        ),
      ],
      method,
    );
    const pid = await new Promise<number>((resolve) => program.stdout?.once("data", (text) => resolve(Number(text))));
    program.kill("SIGKILL");
    await finish(program);
    if (method === "spawn") await gone(pid);
  });

  it("runs them though its own stdout is closed [_TestProcess.test_error_on_stdio_flush_1]", async () => {
    const { code, err } = await run(
      `process.stdout.destroy(); const child = start("nothing"); process.exitCode = (await child.join()) + 10;`,
      method,
    );
    expect({ code, err }).toEqual({ code: 10, err: "" });
  });

  it("that prints, prints through it", async () => {
    const { out, err, code } = await run(`await start("chatter", [3]).join();`, method);
    expect({ code, out, err }).toEqual({ code: 0, out: "out 0\nout 1\nout 2\n", err: "err 0\nerr 1\nerr 2\n" });
  });

  it("that gives them its stdin ends when they do", async () => {
    const program = spawn(
      process.execPath,
      [write("program.mjs", `${head} console.log(await start("readStdin", [], { stdin: "inherit" }).result());`)],
      {
        cwd: folder,
        env: { ...process.env, METHOD: method },
      },
    );
    program.stdin.end("what was typed");
    expect(await finish(program)).toEqual({ code: 0, out: "what was typed\n", err: "" });
  });

  it("that targets its own main module is told of the guard [TestNoForkBomb.test_noforkbomb]", async () => {
    const text = `export const target = () => console.log(123);
      const child = new Process({ module: new URL(import.meta.url), name: "target" }, { startMethod: process.env.METHOD });
      process.exitCode = await child.start().join();`;
    const { code, out, err } = await run(text, method);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("if (isMain(import.meta))");
    expect(err).toContain("ProcessStateError");
    const guarded = text.replace("const child", "if (isMain(import.meta)) {\nconst child").concat("\n}");
    expect(await run(guarded, method)).toEqual({ code: 0, out: "123\n", err: "" });
  });

  it("that has flags passes them on, to grandchildren too [TestFlags.test_flags]", async () => {
    const flags = ["--stack-trace-limit=21", "--no-warnings"];
    const text = `${head} export const flags = () => process.execArgv; export const deep = () => new Process({ module: new URL(import.meta.url), name: "flags" }).start().result();
      if (isMain(import.meta)) console.log(JSON.stringify(await new Process({ module: new URL(import.meta.url), name: "deep" }, { startMethod: process.env.METHOD }).start().result()));`;
    const { out } = await finish(launch([...flags, write("flags.mjs", text)], method));
    expect(JSON.parse(out)).toEqual(flags);
  });

  it("given by -e, without a file, has children", async () => {
    const { out, code, err } = await finish(
      launch(["--input-type=module", "-e", `${head} console.log(await start("add", [1, 2]).result());`], method),
    );
    expect({ code, out, err }).toEqual({ code: 0, out: "3\n", err: "" });
  });

  it.each([
    ["a folder [MultiProcessingCmdLineMixin.test_directory]", "program/index.js", "program"],
    [
      "a file without an ending [MultiProcessingCmdLineMixin.test_basic_script_no_suffix]",
      "bare/program",
      "bare/program",
    ],
    [
      "a module of a package with imports of its own [MultiProcessingCmdLineMixin.test_module_in_package]",
      "package/sub/main.js",
      "package/sub/main.js",
    ],
    ["built output [MultiProcessingCmdLineMixin.test_script_compiled]", "built/dist/main.mjs", "built/dist/main.mjs"],
    [
      "a program in node_modules/.bin [MultiProcessingCmdLineMixin.test_package]",
      "installed/node_modules/tool/cli.js",
      "installed/node_modules/tool/cli.js",
    ],
  ])("runs from %s", async (_, path, entry) => {
    const isModule = path.includes("package/") || path.endsWith(".mjs") || path.includes("installed");
    if (isModule && !path.endsWith(".mjs"))
      write(join(dirname(path), "package.json"), JSON.stringify({ type: "module", imports: { "#name": "./name.js" } }));
    if (path.includes("package/")) write(join(dirname(path), "name.js"), "export const job = 'identity';");
    const main = isModule
      ? `${head} ${path.includes("package/") ? 'import { job as name } from "#name";' : 'const name = "identity";'} console.log((await start(name, [], { name: "child" }).result()).name);`
      : `import(${JSON.stringify(runtime)}).then(async ({ Process }) => console.log((await new Process({ module: new URL(${JSON.stringify(job)}), name: "identity" }, { name: "child", startMethod: process.env.METHOD }).start().result()).name));`;
    write(path, main);
    const { out, err, code } = await finish(launch([join(folder, entry)], method));
    expect({ code, out, err }).toEqual({ code: 0, out: "child\n", err: "" });
  });
});

describe("importing the package", () => {
  it("starts nothing, prints nothing, and loads nothing that it does not need yet", async () => {
    const look = `const heavy = ["worker_threads", "child_process", "inspector", "net", "crypto"].filter((name) => process.moduleLoadList.includes("NativeModule " + name));
      setImmediate(() => console.log(JSON.stringify({ heavy, open: process.getActiveResourcesInfo() })));`;
    const bare = await finish(launch([write("bare.mjs", look)]));
    expect(await finish(launch([write("importing.mjs", `import ${JSON.stringify(runtime)};\n${look}`)]))).toEqual(bare);
    expect(bare).toMatchObject({ code: 0, err: "" });
  });
});

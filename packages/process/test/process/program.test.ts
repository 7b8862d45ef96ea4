import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getAllStartMethods } from "@manyhands/process";
import { afterAll, describe, expect, it } from "vitest";
import { waitForExit } from "./nothing-left.ts";

// Tests of whole programs: how a program's end affects its children, and how children affect its end. Each program
// starts children by every start method at once.
const methods = getAllStartMethods().filter((method) => method !== "fork");
const folder = mkdtempSync(join(tmpdir(), "manyhands-program-"));
const runtime = import.meta.resolve("@manyhands/process");
const job = new URL("../fixture/job.js", import.meta.url).href;
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const program of running) program.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const head = `import { activeChildren, isMain, Process } from ${JSON.stringify(runtime)};
const methods = ${JSON.stringify(methods)};
const each = (start) => Promise.all(methods.map(start));
const by = (startMethod, name, args = [], options = {}) =>
  new Process({ module: new URL(${JSON.stringify(job)}), name }, { args, startMethod, ...options }).start();
`;

function write(path: string, text: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  return join(folder, path);
}

let written = 0;
const program = (text: string) => write(`program-${++written}.mjs`, head + text);

function launch(...args: string[]): ChildProcess {
  const launched = spawn(process.execPath, args, { cwd: folder });
  running.add(launched);
  launched.once("exit", () => running.delete(launched));
  return launched;
}

async function finish(launched: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let out = "";
  let err = "";
  launched.stdout?.on("data", (piece) => {
    out += piece;
  });
  launched.stderr?.on("data", (piece) => {
    err += piece;
  });
  const code = await new Promise<number | null>((resolve) => launched.once("close", resolve));
  return { code, out, err };
}

const run = (text: string) => finish(launch(program(text)));
const ofEach = (text: string) => methods.map(() => text).join("");

describe("a program with children", () => {
  it("process.exit() prints how many values of queues it drops", async () => {
    const fill = `const { SimpleQueue } = await import(${JSON.stringify(runtime)});
const queue = new SimpleQueue();
for (let i = 0; i < 20_000; i++) queue.putSync(i);`;
    const { code, err } = await run(`${fill}\nprocess.exit(3);`);
    expect([code, err]).toEqual([3, expect.stringMatching(/^process.exit\(\) dropped \d+ values of a SimpleQueue/)]);
    const closed = await run(`${fill}\nqueue.close({ flush: false });`);
    expect([closed.code, closed.err]).toEqual([0, ""]);
  });

  it("a program waits for its children before it exits", async () => {
    const { code, out } = await run(
      `each((method) => by(method, "outlive", [${JSON.stringify(join(folder, "outlived"))}])); process.on("exit", () => console.log("left", activeChildren().length));`,
    );
    expect({ code, out }).toEqual({ code: 0, out: "left 0\n" });
  });

  it("a program does not wait for daemons, and terminates them", async () => {
    const { code, out } = await run(
      `for (const method of methods) console.log(by(method, "forever", [], { daemon: true }).pid);`,
    );
    expect(code).toBe(0);
    for (const pid of out.trim().split("\n")) await waitForExit(Number(pid));
  });

  it("a program waits for daemons that it joins", async () => {
    const { code, out } = await run(
      `const sums = each((method) => by(method, "add", [1, 2], { daemon: true }).result()); console.log(...(await sums)); console.log(...(await each((method) => by(method, "nothing", [], { daemon: true }).join())));`,
    );
    const three = methods.map(() => 3).join(" ");
    expect({ code, out }).toEqual({ code: 0, out: `${three}\n${three.replaceAll("3", "0")}\n` });
  });

  it("process.exit() terminates the children", async () => {
    const { code, out } = await run(
      `for (const method of methods) console.log(by(method, "forever").pid); process.exit(5);`,
    );
    expect(code).toBe(5);
    for (const pid of out.trim().split("\n")) await waitForExit(Number(pid));
  });

  it("killing a program ends its children, busy ones included", async () => {
    const launched = launch(
      program(`const children = methods.flatMap((method) => [by(method, "forever"), by(method, "spin")]);
        while (children.some((child) => child.state === "ready")) await new Promise((resolve) => setTimeout(resolve, 2));
        console.log(children.map((child) => child.pid).join(" "));`),
    );
    const pids = await new Promise<string>((resolve) => launched.stdout?.once("data", (text) => resolve(String(text))));
    launched.kill("SIGKILL");
    await finish(launched);
    for (const pid of pids.trim().split(" ")) await waitForExit(Number(pid));
  });

  it("a program with a closed stdout can start children", {
    tags: ["_TestProcess.test_error_on_stdio_flush_1"],
  }, async () => {
    const { code, err } = await run(
      `process.stdout.destroy(); const codes = await each((method) => by(method, "nothing").join()); process.exitCode = 10 + Math.max(...codes);`,
    );
    expect({ code, err }).toEqual({ code: 10, err: "" });
  });

  it("children write to the program's streams", async () => {
    const { out, err, code } = await run(`for (const method of methods) await by(method, "chatter", [3]).join();`);
    expect({ code, out, err }).toEqual({
      code: 0,
      out: ofEach("out 0\nout 1\nout 2\n"),
      err: ofEach("err 0\nerr 1\nerr 2\n"),
    });
  });

  it.each(methods)("a program whose stdin a child by %s inherits exits after the child", async (method) => {
    const launched = launch(
      program(`console.log(await by(${JSON.stringify(method)}, "readStdin", [], { stdin: "inherit" }).result());`),
    );
    launched.stdin?.end("what was typed");
    expect(await finish(launched)).toEqual({ code: 0, out: "what was typed\n", err: "" });
  });

  it("start() names isMain() when a child's import of the main module calls it", {
    tags: ["TestNoForkBomb.test_noforkbomb"],
  }, async () => {
    const start = `for (const startMethod of methods)
      process.exitCode = await new Process({ module: new URL(import.meta.url), name: "target" }, { startMethod }).start().join();`;
    const target = "export const target = () => console.log(123);\n";
    const [bare, guarded] = await Promise.all([
      run(target + start),
      run(`${target}if (isMain(import.meta)) {\n${start}\n}`),
    ]);
    expect(bare).toMatchObject({ code: 1, out: "" });
    for (const word of ["if (isMain(import.meta))", "ProcessStateError"])
      expect(bare.err.split(word).length).toBeGreaterThan(methods.length);
    expect(guarded).toEqual({ code: 0, out: ofEach("123\n"), err: "" });
  });

  it("children and grandchildren inherit the program's flags", { tags: ["TestFlags.test_flags"] }, async () => {
    const flags = ["--stack-trace-limit=21", "--no-warnings"];
    const text = `const target = (name) => ({ module: new URL(import.meta.url), name });
      export const flags = () => process.execArgv;
      export const deep = () => new Process(target("flags")).start().result();
      if (isMain(import.meta)) console.log(JSON.stringify(await each((startMethod) => new Process(target("deep"), { startMethod }).start().result())));`;
    const { out } = await finish(launch(...flags, program(text)));
    expect(JSON.parse(out)).toEqual(methods.map(() => flags));
  });

  const names = `console.log(...(await each(async (method) => (await by(method, "identity", [], { name: method }).result()).name)));`;
  const named = { code: 0, out: `${methods.join(" ")}\n`, err: "" };

  it("a program given by -e can start children", async () => {
    expect(await finish(launch("--input-type=module", "-e", head + names))).toEqual(named);
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
  ])("a program can start children from %s", async (_, path, entry) => {
    const isPackage = path.startsWith("package/");
    if (isPackage || path.startsWith("installed/"))
      write(join(dirname(path), "package.json"), JSON.stringify({ type: "module", imports: { "#name": "./name.js" } }));
    if (isPackage) write(join(dirname(path), "name.js"), "export const name = 'identity';");
    const isCommonJs = path.startsWith("program/") || path.startsWith("bare/");
    const commonJs = `import(${JSON.stringify(runtime)}).then(async ({ Process }) => {
      const run = (startMethod) => new Process({ module: new URL(${JSON.stringify(job)}), name: "identity" }, { name: startMethod, startMethod }).start().result();
      console.log(...(await Promise.all(${JSON.stringify(methods)}.map(run))).map(({ name }) => name));
    });`;
    const imported = isPackage ? 'import { name } from "#name";\n' : "";
    write(
      path,
      isCommonJs ? commonJs : imported + head + names.replace('"identity"', isPackage ? "name" : '"identity"'),
    );
    expect(await finish(launch(join(folder, entry)))).toEqual(named);
  });
});

describe("an executable that runs its own program, whichever file it is given", () => {
  it("starts children by threads or by another Node, and never itself again", async () => {
    const starts = join(folder, "starts");
    const path = program(`import { appendFileSync } from "node:fs";
      const { setExecutable } = await import(${JSON.stringify(runtime)});
      appendFileSync(${JSON.stringify(starts)}, "x");
      const outcome = (startMethod) => by(startMethod, "add", [1, 2], { stderr: "pipe" }).result().catch(({ message }) => message);
      setExecutable(process.argv[2]);
      const outcomes = [];
      for (const method of methods) outcomes.push(await outcome(method));
      setExecutable(undefined);
      for (const method of methods) outcomes.push(await outcome(method));
      console.log(JSON.stringify(outcomes));`);
    const embedding = write("embedding", `#!/bin/sh\nexec ${process.execPath} ${path} "$0"\n`);
    chmodSync(embedding, 0o755);
    const { code, out } = await finish(launch(path, embedding));
    const refused =
      /it runs the program of its parent, since .* call setExecutable\(\) with the path of a Node, or write/;
    const expected = methods.map((method) => (method === "thread" ? 3 : expect.stringMatching(refused)));
    expect([code, JSON.parse(out)]).toEqual([0, [...expected, ...methods.map(() => 3)]]);
    expect(readFileSync(starts, "utf8")).toBe("x".repeat(methods.length));
  });

  it.runIf(Number.parseInt(process.versions.node, 10) >= 26)("refuses them in a single executable", async () => {
    const load = `require("node:module").createRequire(${JSON.stringify(runtime)})("@manyhands/process")`;
    const main = write(
      "single.cjs",
      `const { Process, setExecutable } = ${load};
      const outcome = (startMethod) => new Process(() => 3, { startMethod }).start().result();
      (async () => {
        const outcomes = [];
        for (const method of ${JSON.stringify(methods)}) outcomes.push(await (async () => outcome(method))().catch(({ message }) => message));
        setExecutable(process.argv[2]);
        for (const method of ${JSON.stringify(methods)}) outcomes.push(await outcome(method));
        console.log(JSON.stringify(outcomes));
      })();`,
    );
    const config = { main, output: join(folder, "single"), disableExperimentalSEAWarning: true };
    expect(await finish(launch("--build-sea", write("single.json", JSON.stringify(config))))).toMatchObject({
      code: 0,
    });
    const running = spawn(config.output, [process.execPath], { cwd: folder });
    const { code, out } = await finish(running);
    const refused = /single is a single executable, which runs no other program; call setExecutable/;
    const expected = methods.map((method) => (method === "thread" ? 3 : expect.stringMatching(refused)));
    expect([code, JSON.parse(out)]).toEqual([0, [...expected, ...methods.map(() => 3)]]);
  });
});

describe("importing the package", () => {
  it("importing the package starts nothing, prints nothing, and loads no heavy modules", async () => {
    const look = `const heavy = ["worker_threads", "child_process", "inspector", "net", "crypto", "internal/fs/streams"].filter((name) => process.moduleLoadList.includes("NativeModule " + name));
      setImmediate(() => console.log(JSON.stringify({ heavy, open: process.getActiveResourcesInfo() })));`;
    const bare = await finish(launch(write("bare.mjs", look)));
    expect(await finish(launch(write("importing.mjs", `import ${JSON.stringify(runtime)};\n${look}`)))).toEqual(bare);
    expect(bare).toMatchObject({ code: 0, err: "" });
  });

  it("the package works without process.execPath", {
    tags: ["MiscTestCase.test_spawn_sys_executable_none_allows_import"],
  }, async () => {
    const text = `process.execPath = undefined;
      const { Process } = await import(${JSON.stringify(runtime)});
      console.log(await new Process((a) => a + 1, { args: [1] }).start().result());`;
    expect(await finish(launch(write("nowhere.mjs", text)))).toEqual({ code: 0, out: "2\n", err: "" });
  });
});

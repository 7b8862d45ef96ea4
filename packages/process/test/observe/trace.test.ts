import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCommand } from "../fixture/run-fork-ready.ts";
import { allMethods, runProgram } from "../fixture/run-program.ts";
import { type ParsedTrace, parseChromeTrace } from "./parse-chrome-trace.ts";

const folder = mkdtempSync(join(tmpdir(), "manyhands-trace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const runtime = JSON.stringify(import.meta.resolve("@manyhands/process"));

const program = `
  const { Lock, Queue, SharedEvent, Process, Pool } = api;
  const [lock, jobs, held, asked] = [new Lock(), new Queue(4), new SharedEvent(), new SharedEvent()];
  lock.name = "accounts";
  jobs.name = "jobs";
  async function holder(lock, jobs, held, asked) {
    await lock.acquire();
    held.set();
    await asked.wait();
    await new Promise((resolve) => setTimeout(resolve, 200));
    lock.release();
    await jobs.put("from the holder");
  }
  async function waiter(lock, jobs, held, asked) {
    await held.wait();
    asked.set();
    lock.acquireSync();
    lock.release();
    await jobs.put("from the waiter");
  }
  const children = [holder, waiter].map((fn) => new Process(fn, { args: [lock, jobs, held, asked], name: fn.name }));
  for (const child of children) child.start();
  for (const _ of children) await jobs.get();
  for (const child of children) await child.join();
  function square(n) { return n * n; }
  const pool = new Pool(1);
  await pool.map(square, [1, 2, 3, 4], { chunkSize: 2 });
  pool.close();
  await pool.join();
`;

const lane = ({ threads }: ParsedTrace, name: string) => {
  const found = threads.find((thread) => (thread.tid === thread.pid ? thread.process : thread.name) === name);
  if (found === undefined) throw new Error(`the trace has no ${name}`);
  return found;
};
const states = (trace: ParsedTrace, name: string) => [...new Set(lane(trace, name).slices.map(({ cat }) => cat))];

describe.each(allMethods)("a trace of children by %s", (method) => {
  it("has their states, waits, holders, messages, values and tasks, in Chrome's format", async () => {
    const file = join(folder, `${method}.json`);
    const { code, err } = await runProgram(method, program, { ...process.env, MANYHANDS_TRACE: file });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const trace = parseChromeTrace(readFileSync(file, "utf8"));
    expect(existsSync(`${file}.events`)).toBe(false);
    expect(trace.otherData.dropped).toBe("none");
    expect(trace.threads.map(({ pid }) => pid)).toHaveLength(4);
    for (const name of ["holder", "waiter"]) {
      expect(states(trace, name)).toEqual(expect.arrayContaining(["new", "ready", "running", "zombie"]));
      expect(lane(trace, name).instants).toEqual([{ name: "exit code 0", at: expect.any(Number) }]);
    }
    const wait = trace.spans.find((span) => span.thread === "waiter" && span.name === "waits for accounts");
    expect(wait?.args).toMatchObject({ kind: "lock", blocking: true, heldBy: expect.stringMatching(/thread|process/) });
    expect(trace.spans.filter(({ name }) => name === "holds accounts").map(({ thread }) => thread)).toContain("holder");
    expect(lane(trace, "waiter").slices.map(({ name }) => name)).toContain("waits for accounts");
    const flows = (cat: string) =>
      trace.flows.filter((flow) => flow.cat === cat).map(({ from, to }) => `${from} > ${to}`);
    expect(flows("start").sort()).toEqual(
      ["holder", "waiter", "PoolWorker-1"].map((name) => `MainProcess > ${name}`).sort(),
    );
    expect(flows("join")).toEqual(expect.arrayContaining(["holder > MainProcess", "waiter > MainProcess"]));
    expect(flows("lock")).toEqual(["holder > waiter"]);
    expect(flows("queue").sort()).toEqual(["holder > MainProcess", "waiter > MainProcess"]);
    expect(flows("task")).toEqual(["MainProcess > PoolWorker-1", "MainProcess > PoolWorker-1"]);
    expect(flows("result")).toEqual(["PoolWorker-1 > MainProcess", "PoolWorker-1 > MainProcess"]);
    expect(flows("message")).toEqual(expect.arrayContaining(["holder > MainProcess", "MainProcess > PoolWorker-1"]));
    const tasks = lane(trace, "PoolWorker-1").slices.filter(({ cat }) => cat === "task");
    expect(tasks.map(({ name, args }) => [name, args.items])).toEqual([
      ["square", 2],
      ["square", 2],
    ]);
    expect(lane(trace, "MainProcess").counters.length).toBeGreaterThan(0);
  });

  it("has what a killed child recorded before, and its exit code", async () => {
    const file = join(folder, `${method}-killed.json`);
    const text = `
      const { Lock, Process, SharedEvent } = api;
      const [lock, waits] = [new Lock(), new SharedEvent()];
      lock.name = "taken";
      await lock.acquire();
      async function stuck(lock, waits) { waits.set(); lock.acquireSync(); }
      const child = new Process(stuck, { args: [lock, waits], name: "stuck" }).start();
      await waits.wait();
      await new Promise((resolve) => setTimeout(resolve, 400));
      child.kill();
      await child.join();`;
    const { code } = await runProgram(method, text, { ...process.env, MANYHANDS_TRACE: file });
    expect(code).toBe(0);
    const trace = parseChromeTrace(readFileSync(file, "utf8"));
    expect(lane(trace, "stuck").instants.map(({ name }) => name)).toEqual(["exit code -9"]);
    expect(lane(trace, "stuck").slices.at(-2)?.name).toBe("waits for taken");
  });

  it("has a child that was killed before it recorded anything", async () => {
    const file = join(folder, `${method}-silent.json`);
    const text = `
      const { Process } = api;
      async function silent() { await new Promise((resolve) => setTimeout(resolve, 1e6)); }
      const child = new Process(silent, { name: "silent" }).start();
      child.kill();
      await child.join();`;
    const { code } = await runProgram(method, text, { ...process.env, MANYHANDS_TRACE: file });
    expect(code).toBe(0);
    const trace = parseChromeTrace(readFileSync(file, "utf8"));
    expect(lane(trace, "silent").instants.map(({ name }) => name)).toEqual(["exit code -9"]);
    expect(states(trace, "silent")).toEqual(expect.arrayContaining(["new", "ready"]));
    expect(trace.flows.map(({ from, to }) => `${from} > ${to}`)).toContain("MainProcess > silent");
  });
});

describe("manyhands trace", () => {
  it("runs a TypeScript program with its arguments and exit code, and writes the trace", async () => {
    const [file, out] = [join(folder, "program.mts"), join(folder, "out.json")];
    writeFileSync(
      file,
      `import { Process } from ${runtime};
       const answer: number = await new Process((n: number) => n * 2, { args: [21] }).start().result();
       console.log(answer, process.argv.slice(2).join());
       process.exitCode = 3;`,
    );
    const { code, out: printed, err } = await runCommand(["trace", "--out", out, file, "one", "--two"]);
    expect({ code, printed }).toEqual({ code: 3, printed: ["42 one,--two"] });
    expect(err).toMatch(/^2 processes, \d+\.\d\d s: .*out\.json, open it in https:\/\/ui\.perfetto\.dev\n$/);
    expect(parseChromeTrace(readFileSync(out, "utf8")).threads).toHaveLength(2);
    expect(readdirSync(folder).filter((name) => name.endsWith(".events"))).toEqual([]);
  });

  it("draws what a program that was killed left", async () => {
    const [file, out] = [join(folder, "killed.mjs"), join(folder, "killed.json")];
    writeFileSync(
      file,
      `import { Process } from ${runtime};
       await new Process((n) => n, { args: [1] }).start().result();
       console.log("done");
       setInterval(() => {}, 1000);`,
    );
    const env = { ...process.env, MANYHANDS_TRACE: out };
    const child = spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(out)).toBe(false);
    const wrong = await runCommand(["trace", "--out", out, mkdtempSync(join(folder, "empty-"))]);
    expect(wrong).toMatchObject({
      code: 1,
      err: expect.stringContaining("name the folder that a traced program left"),
    });
    const { code, err } = await runCommand(["trace", "--out", out, `${out}.events`]);
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining("2 processes") });
    expect(parseChromeTrace(readFileSync(out, "utf8")).threads).toHaveLength(2);
  });

  it("records the programs that a program starts into the same trace", async () => {
    const [file, out] = [join(folder, "outer.mjs"), join(folder, "outer.json")];
    writeFileSync(
      file,
      `import { spawnSync } from "node:child_process";
       import "${import.meta.resolve("@manyhands/process")}";
       if (process.argv[2] === undefined) spawnSync(process.execPath, [process.argv[1], "inner"], { stdio: "inherit" });`,
    );
    expect((await runCommand(["trace", "--out", out, file])).code).toBe(0);
    const { threads } = parseChromeTrace(readFileSync(out, "utf8"));
    expect(threads.map(({ process }) => process)).toEqual(["MainProcess", "MainProcess"]);
  });

  it("draws a page into the file that --html and --out name", async () => {
    const [file, out] = [join(folder, "page.mjs"), join(folder, "page.html")];
    writeFileSync(file, `import "${import.meta.resolve("@manyhands/process")}";`);
    expect((await runCommand(["trace", "--html", "--out", out, file])).code).toBe(0);
    expect(readFileSync(out, "utf8")).toMatch(/^<!doctype html>/i);
  });

  it.each([
    [["trace"], 2, "no program is given"],
    [["trace", "no-such-file.js"], 2, "no such file"],
    [["trace", "--out"], 2, "--out has no file"],
    [["trace", "--html", "--out=a.json", "main.js"], 2, "--html and --out a.json are given"],
    [["trace", "--out", folder, "main.js"], 2, "it is a folder, write --out FILE"],
  ])("refuses %j", async (args, code, message) => {
    expect(await runCommand(args)).toMatchObject({ code, err: expect.stringContaining(message) });
  });

  it("refuses a file beside which it cannot record, and records into another one", async () => {
    const ends = (file: string) => runProgram("thread", "", { ...process.env, MANYHANDS_TRACE: file });
    const refused = await ends(join(folder, "missing", "trace.json"));
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("ERR_MANYHANDS_TRACE") });
    const file = join(folder, "another.json");
    expect((await ends(file)).code).toBe(0);
    expect(parseChromeTrace(readFileSync(file, "utf8")).threads).toHaveLength(1);
  });

  it("writes the file where the program was started, even if the program changes its working directory", async () => {
    const file = join(folder, "moved.json");
    const env = { ...process.env, MANYHANDS_TRACE: relative(process.cwd(), file) };
    expect(await runProgram("thread", 'process.chdir("/");', env)).toMatchObject({ code: 0, err: "" });
    expect(parseChromeTrace(readFileSync(file, "utf8")).threads).toHaveLength(1);
  });

  it("says that a program recorded nothing", async () => {
    const [file, out] = [join(folder, "nothing.mjs"), join(folder, "nothing.json")];
    writeFileSync(file, "");
    const { code, err } = await runCommand(["trace", "--out", out, file]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("did not import @manyhands/process") });
    expect(existsSync(`${out}.events`)).toBe(false);
  });

  it("says that a program failed before it could be recorded", async () => {
    const [file, out] = [join(folder, "failing.mjs"), join(folder, "failing.json")];
    writeFileSync(file, "process.exit(7);");
    const { code, err } = await runCommand(["trace", "--out", out, file]);
    expect({ code, err }).toEqual({
      code: 7,
      err: expect.stringContaining("ended with exit code 7 before it imported"),
    });
    expect(existsSync(`${out}.events`)).toBe(false);
    writeFileSync(file, `import ${runtime};`);
    expect((await runCommand(["trace", "--out", out, file])).code).toBe(0);
  });

  it.each([["trace"], ["run"]])("%s prints its own help", async (command) => {
    const { code, out } = await runCommand([command, "--help"]);
    expect({ code, first: out[0] }).toEqual({ code: 0, first: expect.stringContaining(`Usage: manyhands ${command}`) });
  });
});

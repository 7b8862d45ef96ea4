import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { getAllStartMethods } from "@manyhands/process";
import { afterAll, describe, expect, it } from "vitest";

// Ways to give a program a module or module hooks, with every start method and every class that starts a process.
const folder = mkdtempSync(join(tmpdir(), "manyhands-loaders-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const program = write(
  "program.mjs",
  `import { isMain, Manager, Pool, Process, ProcessPoolExecutor } from ${JSON.stringify(import.meta.resolve("@manyhands/process"))};
  if (isMain(import.meta)) {
    const startMethod = process.argv[2];
    const answers = {};
    answers.Process = await new Process((n) => n + 1, { args: [1], startMethod }).start().result();
    const pool = new Pool({ processes: 2, startMethod });
    answers.Pool = await pool.map((n) => n + 1, [1, 2, 3]);
    pool.close();
    await pool.join();
    const executor = new ProcessPoolExecutor({ maxWorkers: 2, startMethod });
    answers.Executor = await executor.submit((n) => n + 1, 1).result();
    await executor.shutdown();
    const manager = await new Manager({ startMethod }).start();
    const list = await manager.list([1]);
    await list.append(2);
    answers.Manager = await list.copy();
    await manager.shutdown();
    console.log(JSON.stringify(answers));
  }`,
);
const answers = { Process: 2, Pool: [2, 3, 4], Executor: 2, Manager: [1, 2] };

const empty = write("empty.mjs", "");
const slow = write("slow.mjs", "await new Promise((resolve) => setTimeout(resolve, 50));");

/** Each way: options of Node, and the value of `NODE_OPTIONS`. */
const ways: Record<string, { execArgv?: string[]; nodeOptions?: string }> = {
  "no option": {},
  "--import of a module": { execArgv: ["--import", empty] },
  "--import of a module that waits": { execArgv: [`--import=${slow}`] },
  "--import of tsx": { execArgv: ["--import", import.meta.resolve("tsx")] },
};

describe.each(getAllStartMethods().filter((method) => method !== "fork"))("children by %s", (startMethod) => {
  it.each(Object.entries(ways))("answer in a program with %s", async (_, { execArgv = [], nodeOptions = "" }) => {
    const { stdout } = await promisify(execFile)(process.execPath, [...execArgv, program, startMethod], {
      env: { ...process.env, NODE_OPTIONS: nodeOptions },
      timeout: 25_000,
      killSignal: "SIGKILL",
    });
    expect(JSON.parse(stdout)).toEqual(answers);
  });
});

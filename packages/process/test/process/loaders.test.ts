import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { getAllStartMethods } from "@manyhands/process";
import { afterAll, describe, expect, it } from "vitest";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";

// Ways to give a program a module or module hooks, with every start method and every class that starts a process.
const folder = mkdtempSync(join(tmpdir(), "manyhands-loaders-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const runtime = import.meta.resolve("@manyhands/process");
const methods = getAllStartMethods().filter((method) => method !== "fork");
const isHooked = 'process.argv[2] === "hooked"';
const hookedTarget = write(
  "hooked.mjs",
  `import answer from "virtual:answer";
  export const hooked = () => answer;`,
);

// One program for all start methods and classes: loading a program and its hooks takes most of the time.
const program = write(
  "program.mjs",
  `import { isMain, Manager, Pool, Process, ProcessPoolExecutor } from ${JSON.stringify(runtime)};
  const hooked = { module: new URL(${JSON.stringify(pathToFileURL(hookedTarget).href)}), name: "hooked" };
  async function askPool(startMethod) {
    const pool = new Pool({ processes: 1, startMethod });
    const answer = await pool.map((n) => n + 1, [1, 2, 3]);
    pool.close();
    await pool.join();
    return answer;
  }
  async function askExecutor(startMethod) {
    const executor = new ProcessPoolExecutor({ maxWorkers: 1, startMethod });
    const answer = await executor.submit((n) => n + 1, 1);
    await executor.shutdown();
    return answer;
  }
  async function askManager(startMethod) {
    const manager = await new Manager({ startMethod }).start();
    const list = await manager.list([1]);
    await list.append(2);
    const answer = await list.copy();
    await manager.shutdown();
    return answer;
  }
  const askAll = async (startMethod) => Object.fromEntries(await Promise.all(Object.entries({
    Process: new Process((n) => n + 1, { args: [1], startMethod }).start().result(),
    Pool: askPool(startMethod),
    Executor: askExecutor(startMethod),
    Manager: askManager(startMethod),
    ...(${isHooked} && { hooked: new Process(hooked, { startMethod }).start().result() }),
  }).map(async ([name, answer]) => [name, await answer])));
  if (isMain(import.meta)) {
    const answers = {};
    for (const startMethod of ${JSON.stringify(methods)}) answers[startMethod] = await askAll(startMethod);
    console.log(JSON.stringify(answers));
  }`,
);
const answersOf = (isHooked: boolean) =>
  Object.fromEntries(
    methods.map((method) => [
      method,
      {
        Process: 2,
        Pool: [2, 3, 4],
        Executor: 2,
        Manager: [1, 2],
        ...(isHooked && { hooked: 42 }),
      },
    ]),
  );

const empty = write("empty.mjs", "");
const slow = write("slow.mjs", "await new Promise((resolve) => setTimeout(resolve, 50));");

// Module hooks, on a thread of their own: they make "virtual:answer" a module.
const hooks = write(
  "hooks with spaces.mjs",
  `export const resolve = (specifier, context, next) =>
    specifier === "virtual:answer" ? { url: "data:text/javascript,export default 42", shortCircuit: true } : next(specifier, context);`,
);
const registers = write(
  "registers.mjs",
  'import { register } from "node:module"; register("./hooks%20with%20spaces.mjs", import.meta.url);',
);
const requires = write(
  "requires.cjs",
  'require("node:module").register("./hooks%20with%20spaces.mjs", require("node:url").pathToFileURL(__filename));',
);

type Way = { readonly execArgv?: string[]; readonly nodeOptions?: string };
const quoted = (path: string) => `"${path}"`;

/** Ways without module hooks. */
const plain: Record<string, Way> = {
  "no option": {},
  "--import of a module": { execArgv: ["--import", empty] },
  "--import of a module that waits": { execArgv: [`--import=${slow}`] },
  "--import of tsx": { execArgv: ["--import", import.meta.resolve("tsx")] },
  "tsx in NODE_OPTIONS": { nodeOptions: `--import ${import.meta.resolve("tsx")}` },
};
/** Ways to give a program module hooks. */
const hooking: Record<string, Way> = {
  "--import of a module that registers hooks": { execArgv: ["--import", registers] },
  "--import in NODE_OPTIONS": { nodeOptions: `--import=${registers} --no-deprecation` },
  "--require of a module that registers hooks": { execArgv: ["-r", requires] },
  "--require in NODE_OPTIONS": { nodeOptions: `--require ${requires}` },
  "--experimental-loader": { execArgv: ["--experimental-loader", pathToFileURL(hooks).href] },
  "--loader in NODE_OPTIONS": { nodeOptions: `--loader ${quoted(hooks)}` },
  "--experimental-loader in NODE_OPTIONS": { nodeOptions: `--experimental-loader=${quoted(hooks)}` },
};

async function run(file: string, args: string[], { execArgv = [], nodeOptions = "" }: Way): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [...execArgv, file, ...args], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: nodeOptions },
    timeout: 100_000,
    killSignal: "SIGKILL",
  });
  return JSON.parse(stdout);
}

describe("children by every start method", () => {
  it.each(Object.entries(plain))("answer in a program with %s", async (_, way) => {
    expect(await run(program, [], way)).toEqual(answersOf(false));
  });

  it.each(Object.entries(hooking))("answer in a program with %s, and have its hooks", async (_, way) => {
    expect(await run(program, ["hooked"], way)).toEqual(answersOf(true));
  });

  it.each(methods)("run a target whose module starts a thread or registers hooks: by %s", async (startMethod) => {
    const target = write(
      `registering-${startMethod}.mjs`,
      `import "./registers.mjs";
      import { Worker } from "node:worker_threads";
      new Worker("setInterval(() => {}, 1000)", { eval: true }).unref();
      export const answer = async () => (await import("virtual:answer")).default;`,
    );
    const program = write(
      `registering-program-${startMethod}.mjs`,
      `import { isMain, Process } from ${JSON.stringify(runtime)};
      const target = { module: new URL(${JSON.stringify(pathToFileURL(target).href)}), name: "answer" };
      const start = () => new Process(target, { startMethod: process.argv[2] }).start();
      if (isMain(import.meta)) {
        const first = start();
        console.log(JSON.stringify([await first.result(), await first.join(), ...await Promise.all([start().result(), start().result()])]));
      }`,
    );
    expect(await run(program, [startMethod], {})).toEqual([42, 0, 42, 42]);
  });

  it.each([
    ["its options", ["--frozen-intrinsics", "--no-warnings"], ""],
    ["its target's module", [], "Object.freeze(Math);"],
  ])("draw different random numbers, or are refused, when %s freeze Math", async (_, execArgv, freezing) => {
    const target = write("random.mjs", `${freezing} export const draw = () => [Math.random(), Object.isFrozen(Math)];`);
    const program = write(
      "random-program.mjs",
      `import { getAllStartMethods, isMain, Process } from ${JSON.stringify(runtime)};
      const target = { module: new URL(${JSON.stringify(pathToFileURL(target).href)}), name: "draw" };
      async function draw(startMethod) {
        try {
          const children = [1, 2, 3].map(() => new Process(target, { startMethod }).start());
          const drawn = await Promise.all(children.map((child) => child.result()));
          return [new Set(drawn.map(([number]) => number)).size, drawn.every(([, isFrozen]) => isFrozen)];
        } catch (error) {
          return error.message.replace(/.*?: /, "");
        }
      }
      const methods = getAllStartMethods().filter((method) => method !== "fork");
      if (isMain(import.meta)) console.log(JSON.stringify(await Promise.all(methods.map(draw))));`,
    );
    const refused =
      '--frozen-intrinsics freezes Math, and a fork would draw the random numbers of its parent; write startMethod: "spawn"';
    const drawn = await run(program, [], { execArgv });
    expect(drawn).toEqual(methods.map((method) => (method === "forkserver" && freezing === "" ? refused : [3, true])));
  });

  it.runIf(canFork)("by fork are refused when the program has frozen Math, and start by spawn", async () => {
    const { out } = await runForkReady(
      `import { Process } from "RUNTIME";
      Object.freeze(Math);
      const start = (startMethod) => new Process(() => 1, { startMethod }).start();
      try { start("fork"); } catch (error) { console.log(error.message); }
      console.log(await start("spawn").result());`,
    );
    expect(out).toEqual([
      expect.stringContaining('Math is frozen, and a fork would draw the random numbers of its parent; use "spawn"'),
      "1",
    ]);
  });
});

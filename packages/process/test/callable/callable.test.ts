import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Pool, Process, TargetError } from "@manyhands/process";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const builtPackage = fileURLToPath(import.meta.resolve("@manyhands/process"));
const fixture = (name: string) => fileURLToPath(new URL(`../fixture/callable/${name}`, import.meta.url));
const node = (name: string, env: NodeJS.ProcessEnv = {}) =>
  run(process.execPath, [fixture(name)], { env: { ...process.env, ...env } });

let times = 0;
// biome-ignore lint/suspicious/noFunctionAssign: the test needs it
function counted(): number {
  times += 1;
  const value = times;
  // @ts-expect-error
  counted = () => value;
  return value;
}
// biome-ignore lint/suspicious/noFunctionAssign: the test needs it
function replaceable(left: number): string {
  return left === 0 ? "original" : replaceable(left - 1);
}
const original = replaceable;

describe("a declaration that replaces itself", () => {
  it("keeps its replacement for functions that are sent later", async () => {
    await using pool = new Pool({ processes: 1 });
    expect(await pool.map(() => counted(), [1, 2])).toEqual([1, 1]);
    expect(await pool.map(() => [counted()], [1])).toEqual([[1]]);
    expect(counted()).toBe(1);
  });

  it("calls what the program has put in its place, at each start", async () => {
    const calls = async () => {
      const child = new Process(original, { args: [1] }).start();
      const result = await child.result();
      await child.join();
      return result;
    };
    for (let i = 0; i < 3; i++) {
      // @ts-expect-error
      replaceable = original;
      expect(await calls()).toBe("original");
      // @ts-expect-error
      replaceable = () => `replacement ${i}`;
      expect(await calls()).toBe(`replacement ${i}`);
    }
  });
});

describe("a captured variable", () => {
  it("is copied at start(): the child sees earlier changes, not later ones", async () => {
    const list = [1];
    let count = 1;
    const job = () => [list, count];
    for (let i = 0; i < 3; i++) {
      list.push(i);
      count += 1;
      const child = new Process(job).start();
      list.push(100);
      count += 100;
      expect(await child.result()).toEqual([list.slice(0, -1), count - 100]);
      await child.join();
    }
  });

  it("is the child's own copy", async () => {
    const table = new Map([["a", 1]]);
    const child = new Process(() => table.set("a", 2).get("a")).start();
    expect(await child.result()).toBe(2);
    expect(table.get("a")).toBe(1);
    await child.join();
  });

  it("is moved when its buffer is in transferList", async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const child = new Process((given: Uint8Array) => given.length + bytes.length, {
      args: [bytes],
      transferList: [bytes.buffer],
    }).start();
    expect(await child.result()).toBe(6);
    expect(bytes.byteLength).toBe(0);
    await child.join();
  });

  it("is refused with a fix while it has no value", async () => {
    expect(JSON.parse((await node("early.js")).stdout)).toEqual([
      expect.stringMatching(
        /^Cannot start ".*": captured variable "late" has no value yet; start the process after the line/,
      ),
      expect.stringMatching(/captured variable "Late" has no value yet/),
      expect.stringMatching(/captured variable "inner" has no value yet/),
      expect.stringMatching(/captured variable "helper" has no value yet/),
      expect.stringMatching(/captured variable "Inner" of helper\(\) has no value yet/),
      "started",
    ]);
  });
});

it("an assignment to a captured variable warns once for each variable, with its name and a fix", async () => {
  const { stdout, stderr } = await node("warns.js");
  expect(JSON.parse(stdout)).toEqual([[8, [7]], 0, []]);
  const warnings = stderr.match(/\[MANYHANDS_CAPTURED_ASSIGNMENT\] ManyhandsWarning: .*/g);
  expect(warnings).toHaveLength(3);
  expect(warnings?.[0]).toMatch(
    /"job" assigns to "count", which it captured: only this child's copy changes; .* SharedValue/,
  );
});

describe.each([
  ["node --eval", (program: string) => run(process.execPath, ["--eval", program])],
  ["standard input", (program: string) => piped([], program)],
  ["the REPL", (program: string) => piped(["--interactive"], program.replaceAll("\n", " "))],
])("a program from %s", (_, start) => {
  it("starts functions that use its variables", async () => {
    const { stdout } = await start(`const { Process } = require(${JSON.stringify(builtPackage)});
      const k = 40; let given = 0; var one = 1; function helper(x) { return x + k + one + given; } given = 2;
      class Twice { of(x) { return helper(x) * 2; } }
      const job = () => [new Twice().of(1), require("node:path").sep];
      new Process(job).start().result().then((found) => { console.log("found", JSON.stringify(found)); process.exit(); });`);
    expect(stdout).toContain('found [88,"/"]');
  });
});

function piped(options: readonly string[], program: string): Promise<{ stdout: string; stderr: string }> {
  const running = run(process.execPath, options);
  const { stdin } = running.child;
  stdin?.write(`${program}\n`);
  // The REPL exits at the end of its input, even while a child runs.
  if (options.length === 0) stdin?.end();
  return running;
}

describe("an exported function of the main module that cannot be sent as text", () => {
  it("is imported by the child, which refuses to start processes during the import, and names the variable", async () => {
    const { stdout } = await node("guarded.js");
    expect(stdout).toMatch(
      /^ProcessStateError: Cannot start .*is importing the program's main module.*isMain\(import\.meta\)/,
    );
    expect(stdout).toMatch(/because TargetError: Cannot start "\w+": captured variable/);
  });

  it("runs when the module guards its own starts with isMain()", async () => {
    expect(JSON.parse((await node("guarded.js", { GUARDED: "yes" })).stdout)).toEqual([1, "function"]);
  });
});

it("a stack trace shows file, line and column of the source, also for inner functions", async () => {
  const child = new Process(
    () => {
      const inner = () => {
        throw new Error("here");
      };
      inner();
    },
    { stderr: "ignore" },
  ).start();
  const error = (await child.result().catch((error: unknown) => error)) as Error;
  expect(error.stack).toMatch(/at inner \(.*callable\.test\.ts:\d+:\d+\)/);
  await child.join();
});

it("start() and map() throw with the caller's frames, not the package's", async () => {
  const server = createServer();
  const child = new Process(() => server.listening, { startMethod: "spawn" });
  const pool = new Pool(1);
  const refusals = [
    await Promise.resolve()
      .then(() => child.start())
      .catch((error: Error) => error),
    await pool.map(() => server.listening, [1]).catch((error: Error) => error),
  ] as Error[];
  for (const { stack } of refusals) {
    expect(stack).toMatch(/^TargetError: Cannot start .*\n {4}at .*callable\.test\.ts:\d+:\d+/);
    expect(stack).not.toContain("/process/dist/");
  }
  pool.terminate();
});

it("a child loads TypeScript when the program runs without a loader", async () => {
  await withFile("job.ts", "export const job = (x: number): number => x;\n", async (path) => {
    const child = new Process({ module: path, name: "job" }, { args: [1], stderr: "ignore" }).start();
    // A folder outside of any project has no tsx: on Node 20 it is found from the working directory.
    expect(await child.result()).toBe(1);
    await child.join();
  });
});

async function withFile(name: string, text: string, use: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-callable-"));
  try {
    writeFileSync(join(folder, name), text);
    await use(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it("a syntax error shows file and line, also when it is in an imported module", async () => {
  await withFile("broken.mjs", "export const a = 1;\nexport const b = (;\n", async (path) => {
    writeFileSync(join(path, "../job.mjs"), 'import "./broken.mjs";\nexport function job() {}\n');
    const child = new Process({ module: join(path, "../job.mjs"), name: "job" }, { stderr: "ignore" }).start();
    const error = (await child.result().catch((error: unknown) => error)) as Error;
    expect(error).toBeInstanceOf(SyntaxError);
    expect(error.stack).toMatch(/ {4}at file:.*broken\.mjs:2:19\n/);
    await child.join();
  });
});

it.each([
  ["without __esModule", "exports.default = (n) => n - 1;"],
  ["with __esModule", 'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = (n) => n - 1;'],
  ["that is a member of a function", "module.exports = Object.assign(() => 0, { default: (n) => n - 1 });"],
])("an export of CommonJS named default runs: %s", async (_, text) => {
  await withFile("job.cjs", text, async (path) => {
    const { default: fn } = createRequire(import.meta.url)(path) as { default: (n: number) => number };
    expect(await new Process(fn, { args: [3] }).start().result()).toBe(2);
    expect(await new Process((n: number) => fn(n) + 1, { args: [3] }).start().result()).toBe(3);
    // Of a function, Node's own default export is the function itself.
    const named = await new Process({ module: path, name: "default" }, { args: [3] }).start().result();
    expect(named).toBe(text.startsWith("module.exports") ? 0 : 2);
  });
});

it("a thread loads JavaScript that imports TypeScript", async () => {
  await withFile("job.ts", "export const k: number = 4;\n", async (path) => {
    symlinkSync(fileURLToPath(new URL("../../../../node_modules", import.meta.url)), join(path, "../node_modules"));
    const program = `import { Process } from "@manyhands/process";
      import { k } from "./job.ts";
      console.log(await new Process(() => k + 1).start().result());`;
    writeFileSync(join(path, "../main.mjs"), program);
    const options = stripsTypes ? ["--no-warnings"] : ["--import", "tsx"];
    const { stdout } = await run(process.execPath, [...options, join(path, "../main.mjs")], { cwd: join(path, "..") });
    expect(stdout).toBe("5\n");
  });
});

const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);

it.skipIf(stripsTypes)("a child refuses TypeScript without tsx, with the command that installs it", async () => {
  await withFile("job.ts", "export const job = (x: number): number => x;\n", async (path) => {
    const folder = join(path, "..");
    const program = `import { Process } from ${JSON.stringify(import.meta.resolve("@manyhands/process"))};
      const child = new Process({ module: ${JSON.stringify(path)}, name: "job" }, { stderr: "ignore" }).start();
      console.log(await child.result().catch((error) => error.name + ": " + error.message));`;
    writeFileSync(join(folder, "main.mjs"), program);
    const { stdout } = await run(process.execPath, [join(folder, "main.mjs")], { cwd: folder });
    expect(stdout).toMatch(
      /^TargetError: Cannot import file:.*job\.ts: Node v\S+ does not load TypeScript by itself; npm install --save-dev tsx/,
    );
  });
});

it("start() leaves no property on the global object", () => {
  const before = Reflect.ownKeys(globalThis);
  const socket = new AbortController();
  expect(() => new Process(() => socket.abort()).start()).toThrow(TargetError);
  expect(Reflect.ownKeys(globalThis)).toEqual(before);
});

it("start() starts no child for a function that cannot be sent", () => {
  const socket = new AbortController();
  const child = new Process(() => socket.abort());
  expect(() => child.start()).toThrow(TargetError);
  expect(child.state).toBe("new");
});

describe("manyhands doctor", () => {
  const doctor = (...operands: string[]) =>
    run(process.execPath, [
      fileURLToPath(new URL("../../bin/manyhands.js", import.meta.url)),
      "doctor",
      ...operands,
    ]).then(
      ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
      ({ stdout, stderr, code }) => ({ stdout, stderr, code }),
    );

  it("prints for each function how it would be sent, or why it cannot be", async () => {
    const { stdout, code } = await doctor(fixture("examined-module.js"));
    expect(stdout.trim().split("\n").sort()).toEqual([
      'countPrimes  by reference, as the export "countPrimes"',
      expect.stringMatching(
        /^handler {6}Cannot start "handler": captured variable "socket" \(Socket\) cannot be copied to another process; .*; started on line 22$/,
      ),
      "isPrime      as text",
      "local        as text, with join (from node:path), table, isPrime; started on line 21",
      'start        by reference, as the export "start"; in the main module: Cannot start "start": captured variable "socket" of handler() (Socket) cannot be copied to another process; make it inside of the function, or pass data from which it can be made',
    ]);
    expect(code).toBe(1);
  });

  it("names the lines of TypeScript, and neither functions of the compiler nor a thread of the loader", async () => {
    const { stdout, stderr } = await doctor(fixture("examined-typescript.ts"));
    expect(stdout.trim().split("\n")).toEqual([
      'start   by reference, as the export "start"',
      "inUnit  as text, with unit; started on line 9",
    ]);
    expect(stderr).toMatch(/^Importing .*\n$/);
  });

  it("refuses other operands, with its usage", async () => {
    expect(await doctor()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("write the file of one module, manyhands doctor FILE"),
    });
    expect(await doctor("nowhere.js")).toMatchObject({
      code: 2,
      stderr: "Cannot examine nowhere.js: there is no such file, check its path\n",
    });
    expect(await doctor(tmpdir())).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/: it is not a file, write the file of a module\n$/),
    });
  });

  it.each([
    [
      "does not parse",
      "export const a = 1;\nexport const b = (;\n",
      /importing it threw SyntaxError: .*\n {4}at file:.*job\.mjs:2:19\n$/,
    ],
    ["throws", "throw new RangeError('here');\n", /importing it threw RangeError: here\n {4}at file:.*job\.mjs:1:7\n$/],
    [
      "ends the program",
      "process.exit(7);\n",
      /while it was imported, it ended the program, with exit code 7; guard that/,
    ],
    ["never finishes", "await new Promise(() => {});\n", /while it was imported, its top-level await never settled/],
    ["exports no function", "export const a = 1;\n", /it exports no function; export one/],
  ])("reports why it cannot examine a module that %s", async (_, text, why) => {
    await withFile("job.mjs", text, async (path) => {
      expect(await doctor(path)).toMatchObject({ stdout: "", code: 2, stderr: expect.stringMatching(why) });
    });
  });

  it("exits though the module leaves a server and a timer, and prints JSON with --json", async () => {
    const text =
      'import { createServer } from "node:http";\ncreateServer().listen(0);\nsetInterval(() => {}, 1000);\n' +
      "const k = 1;\nexport default (x) => x + k;\n";
    await withFile("job.mjs", text, async (path) => {
      const { stdout, code } = await doctor("--json", path);
      expect(JSON.parse(stdout)).toEqual([
        {
          name: "default",
          reference: { module: expect.stringMatching(/job\.mjs$/), name: "default" },
          captures: ["k"],
          refusal: null,
          startedOn: [],
        },
      ]);
      expect(code).toBe(0);
    });
  });

  it("examines CommonJS and TypeScript", async () => {
    await withFile("job.cjs", "const k = 1;\nmodule.exports = { job: () => k };\n", async (path) => {
      expect(await doctor(path)).toMatchObject({ stdout: 'job  by reference, as the export "job"\n', code: 0 });
    });
    await withFile("job.mts", "export default function job(x: number): number {\n  return x;\n}\n", async (path) => {
      expect(await doctor(path)).toMatchObject({ stdout: 'job  by reference, as the export "default"\n', code: 0 });
    });
  });
});

it("the captured variables of a refused function are not sent with the other functions of its message", async () => {
  const storage = new AbortController();
  const shared = (x: number) => x + 1;
  const refused = (x: number) => [shared(x), storage];
  const error = Object.assign(new Error("holds functions"), { refused, kept: shared });
  const child = new Process(
    (given: { kept(x: number): number; refused?: unknown }, f: typeof shared) => [
      given.kept(1),
      "refused" in given,
      f(2),
    ],
    {
      args: [error, shared],
    },
  ).start();
  expect(await child.result()).toEqual([2, false, 3]);
  await child.join();
});

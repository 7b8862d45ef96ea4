import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { canFork, runCommand } from "../fixture/run-fork-ready.ts";

// What a child by fork does with modules that its parent has loaded, is evaluating, or has not loaded.
const folder = mkdtempSync(join(tmpdir(), "manyhands-fork-modules-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const head = `import { getContext, isMain, parentProcess } from ${JSON.stringify(import.meta.resolve("@manyhands/process"))};
  const { Manager, Pool, Process, ProcessPoolExecutor } = getContext("fork");
`;
// Every class that starts processes, with a target of this module.
const each = `
  const target = { module: import.meta.url, name: "square" };
  console.log(await new Process(target, { args: [3] }).start().result());
  const pool = new Pool(1);
  console.log(...(await pool.map(target, [1, 2])), ...(await pool.map((n) => n + 1, [1])));
  pool.close();
  await pool.join();
  const executor = new ProcessPoolExecutor(1);
  console.log(await executor.submit(target, 3).result());
  await executor.shutdown();
  const manager = await new Manager().start();
  console.log(await (await manager.list([1])).copy());
  await manager.shutdown();`;
const answers = ["9", "1 4 2", "9", "[ 1 ]"];

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** Runs a program; a child's errors are in its results. */
async function run(name: string, text: string): Promise<string[]> {
  const { out, err, code } = await runCommand(["run", write(name, head + text)]);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  return out;
}

const startIn = (module: string, name: string) =>
  `new Process({ module: new URL(${JSON.stringify(module)}, import.meta.url), name: ${JSON.stringify(name)} }, { args: [3], stderr: "pipe" }).start().result().catch((error) => error?.message ?? "no message: " + error)`;

describe.runIf(canFork)("a child by fork", () => {
  it("calls exports of the main module while that awaits at its top level", async () => {
    expect(await run("main.mjs", `export const square = (n) => n * n; if (isMain(import.meta)) { ${each} }`)).toEqual(
      answers,
    );
  });

  it("calls exports of an imported module while that awaits at its top level", async () => {
    write("awaiting.mjs", `${head} export const square = (n) => n * n; if (parentProcess() === null) { ${each} }`);
    expect(await run("importing.mjs", 'import "./awaiting.mjs";')).toEqual(answers);
  });

  it("calls an export of a module that is on the parent's stack", async () => {
    const text = `export const square = (n) => n * n;
      if (isMain(import.meta)) ${startIn("./stack.mjs", "square")}.then(console.log);`;
    expect(await run("stack.mjs", text)).toEqual(["9"]);
  });

  it("reports an export that the parent's module has not initialised yet", async () => {
    const text = `if (isMain(import.meta)) console.log(await ${startIn("./early.mjs", "late")}); export const late = 1;`;
    expect(await run("early.mjs", text)).toEqual([expect.stringContaining("'late' before initialization")]);
  });

  it.each([
    ["awaits at its top level", "await"],
    ["is on the parent's stack", ""],
  ])("refuses a new module that imports one that %s", async (_, wait) => {
    const name = `unfinished${wait}`;
    write(`depends-${name}.mjs`, `import { square } from "./${name}.mjs"; export const dependent = square;`);
    const text = `export const square = (n) => n * n;
      const dependent = { module: new URL("./depends-${name}.mjs", import.meta.url), name: "dependent" };
      async function go() {
        console.log(await ${startIn(`./depends-${name}.mjs`, "dependent")});
        // Without await, the module is finished when the pool starts its worker.
        if (${wait === ""}) return;
        const pool = new Pool(1);
        console.log(await pool.map(dependent, [1]).catch((error) => error?.message ?? "no message: " + error));
        await pool.terminate();
      }
      if (isMain(import.meta)) ${wait} go();`;
    const refused = expect.stringMatching(
      new RegExp(
        `^Cannot import .*depends-${name}.mjs in a fork: it imports .*${name}.mjs, which was still being eval`,
      ),
    );
    expect(await run(`${name}.mjs`, text)).toEqual(wait === "" ? [refused] : [refused, refused]);
  });

  it("works so with a function that is called when all modules are loaded", async () => {
    write("depends-finished.mjs", 'import { square } from "./finished.mjs"; export const dependent = square;');
    const text = `export const square = (n) => n * n;
      if (isMain(import.meta)) setImmediate(async () => console.log(await ${startIn("./depends-finished.mjs", "dependent")}));`;
    expect(await run("finished.mjs", text)).toEqual(["9"]);
  });

  it("runs the pools, executors and managers of a program with hooks on a thread", async () => {
    write("deeper.mjs", "export const more = 1;");
    write("fresh.mjs", 'import { more } from "./deeper.mjs"; export const fresh = (n) => n + more;');
    // Node 26 deprecates register().
    const text = `import * as module from "node:module";
      export const square = (n) => n * n;
      const hooks = "export async function resolve(name, context, next) { return next(name, context); }";
      if (isMain(import.meta)) {
        process.noDeprecation = true;
        module.register("data:text/javascript," + hooks);
        ${each}
        console.log(await ${startIn("./fresh.mjs", "fresh")});
      }`;
    const refused =
      /^Cannot import in a fork: this program's module hooks run on a thread.*import it before the fork .*, or /;
    expect(await run("hooks.mjs", text)).toEqual([...answers, expect.stringMatching(refused)]);
  });

  it("is refused while a loader connects, and is forked as the error says", async () => {
    const connecting = 'import { connect } from "node:net"; connect("/no/such").on("error", () => {});';
    const text = `import { setTimeout } from "node:timers/promises";
      await import("data:text/javascript," + ${JSON.stringify(encodeURIComponent(connecting))});
      const start = () => new Process(() => 7).start().result();
      try { await start(); } catch (error) { console.log(error.message); }
      await setTimeout(100);
      console.log(await start());`;
    expect(await run("connecting.mjs", text)).toEqual([
      expect.stringMatching(/1 requests are under way \(ConnectWrap\).* await setTimeout\(100\), of node:timers/),
      "7",
    ]);
  });

  it.runIf("registerHooks" in nodeModule)("imports in the child with hooks by module.registerHooks()", async () => {
    write("hooked.mjs", "export const hooked = (n) => n + 2;");
    const text = `import { registerHooks } from "node:module";
      if (isMain(import.meta)) {
        registerHooks({ resolve: (name, context, next) => next(name, context) });
        console.log(await ${startIn("./hooked.mjs", "hooked")});
      }`;
    expect(await run("sync-hooks.mjs", text)).toEqual(["5"]);
  });

  it("runs a TypeScript program's pools, executors and managers, with tsx on Node 20 too", async () => {
    write("other.ts", "export const other = (n: number): number => n + 1;");
    const text = `import { other } from "./other.ts";
      export const square = (n: number): number => n * n;
      if (isMain(import.meta)) { ${each}
        const again = new Pool(1);
        console.log(...(await again.map(other, [1])), ...(await again.map((n: number) => other(square(n)), [2])));
        await again.terminate();
      }`;
    write("package.json", '{ "type": "module" }');
    const modules = join(import.meta.dirname, "../../../../node_modules");
    symlinkSync(modules, join(folder, "node_modules"));
    expect(await run("program.ts", text)).toEqual([...answers, "2 5"]);
  });
});

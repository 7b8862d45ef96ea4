import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { getContext } from "@manyhands/process";
import { expect } from "vitest";
import { canFork, runCommand } from "../fixture/run-fork-ready.ts";
import { messageOf, type Tries, withFolder } from "./message-of.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../fixture/tried-fixes.js", import.meta.url));
const command = fileURLToPath(new URL("../../bin/manyhands.js", import.meta.url));

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** What the program found that forks: by fix, the message and the result. */
const forkProgram = once(() =>
  withFolder(async (folder): Promise<Record<string, [message: string, ...results: unknown[]]>> => {
    const { out, err } = await runCommand(["run", program, "fork", folder]);
    expect(err).toMatch(/^(Process Process-\d+:\nError: Cannot import in a fork: .*\n( {4}at .*\n)+)?$/);
    return JSON.parse(out.at(-1) ?? "");
  }),
);
/** The messages before the last call of `execve`, which worked. */
const execveProgram = once(
  async (): Promise<Record<string, string>> => JSON.parse((await run(process.execPath, [program, "execve"])).stdout),
);

const inFork =
  (name: string, ...results: unknown[]) =>
  async (fix: string) => {
    if (!canFork) return;
    const found = (await forkProgram())[name];
    expect(found).toEqual([expect.stringContaining(fix), ...results]);
  };
const beforeExecve =
  (...names: string[]) =>
  async (fix: string) => {
    if (!canFork) return;
    const found = await execveProgram();
    for (const name of names) expect(found[name]).toContain(fix);
  };

/** What `doctor` says of modules that end the program or load an addon when imported, and of one that does neither. */
const doctorReports = once(() =>
  withFolder(async (folder) => {
    const koffi = JSON.stringify(fileURLToPath(import.meta.resolve("koffi")));
    const runtime = JSON.stringify(import.meta.resolve("@manyhands/process"));
    const head = `import { createRequire } from "node:module";
      import { isMain } from ${runtime};
      const load = () => createRequire(import.meta.url)(${koffi});
      export const job = () => load().os !== undefined;`;
    const examine = async (name: string, text: string) => {
      const file = join(folder, name);
      writeFileSync(file, `${head}\n${text}`);
      return await runCommand(["doctor", file]);
    };
    return {
      ends: await examine("ends.mjs", "process.exit();"),
      loads: await examine("loads.mjs", "load();"),
      works: await examine("works.mjs", "if (isMain(import.meta)) process.exit();"),
    };
  }),
);

/** Tries of fixes that need a program of their own. */
export const programTries: Tries = {
  "uncork() it first": inFork("uncork", true),
  "make a new one here": inFork("pool", 1),
  "make a new Process here": inFork("process", 1),
  'fork in the main thread, or use "forkserver"': inFork("thread", 1, 1),
  "import it before the fork and use what import() gave, or register them by module.registerHooks(), which needs no thread":
    async () => inFork("hooks", 1)("import it before the fork and use what import() gave, or "),
  "write a list of arguments, its own name first": beforeExecve("argv"),
  'write a name without "="': beforeExecve("variable"),
  "write a string without zero bytes": beforeExecve("text"),
  'write a name such as "SIGTERM"': beforeExecve("name"),
  async "…"() {
    await inFork("waitpid", 3)("write a child's pid, or -1 for any child");
    await beforeExecve("pid")("write a process's pid");
    await beforeExecve("signal")('write its number, or its name, such as "SIGTERM"');
  },
  async "guard that with isMain(import.meta)"(fix) {
    const { ends, works } = await doctorReports();
    expect(ends).toMatchObject({ code: 2, err: expect.stringContaining(fix) });
    expect(works.code).toBe(0);
  },
  async 'load the addon in the children only, or start them by "spawn"'(fix) {
    const { loads, works } = await doctorReports();
    expect(loads.err).toContain(fix);
    expect(works.err).toMatch(/^Importing .*\n$/);
  },
  async "to run it without fork, write: node …"(fix) {
    await withFolder(async (folder) => {
      const file = join(folder, "main.mjs");
      writeFileSync(file, "console.log(1);");
      const otherArch = 'data:text/javascript,Object.defineProperty(process, "arch", { value: "ia32" })';
      const refused = await messageOf(() => run(process.execPath, ["--import", otherArch, command, "run", file]));
      expect(refused).toContain(fix.replace("…", file));
      expect((await run(process.execPath, [file])).stdout).toBe("1\n");
    });
  },
  async 'start the child with startMethod "spawn"'(fix) {
    const forever = () => new Promise<void>((resolve) => setTimeout(resolve, 1e6));
    const [thread, child] = (["thread", "spawn"] as const).map((method) =>
      new (getContext(method).Process)(forever).start(),
    );
    expect(await messageOf(() => thread?.kill("SIGSTOP"))).toContain(fix);
    child?.kill("SIGSTOP");
    for (const each of [thread, child]) each?.kill();
    await Promise.all([thread?.join(), child?.join()]);
  },
  async "read the queue, or call close({ flush: false }) on it to drop them"(fix) {
    const { Process, Queue } = getContext("spawn");
    const [read, dropped] = [new Queue<string>(), new Queue<string>()];
    const fill = (queue: typeof read, isDropped: boolean) => {
      for (let i = 0; i < 3000; i++) queue.tryPut("x".repeat(1000));
      if (isDropped) queue.close({ flush: false });
    };
    const waits = new Process(fill, { args: [read, false], stderr: "pipe" }).start();
    const drops = new Process(fill, { args: [dropped, true], stderr: "pipe" }).start();
    drops.stderr?.resume();
    let printed = "";
    for await (const piece of waits.stderr ?? []) {
      printed += piece;
      if (printed.includes("\n")) break;
    }
    expect(printed).toContain(fix);
    for (let i = 0; i < 3000; i++) await read.get();
    expect(await waits.join()).toBe(0);
    expect(await drops.join()).toBe(0);
    await Promise.all([read, dropped].map((queue) => queue[Symbol.asyncDispose]()));
  },
  async 'use "spawn", or write nodeLinker: node-modules in .yarnrc.yml'(fix) {
    const start = (method: "forkserver" | "spawn") => new (getContext(method).Process)(() => 1).start().result();
    Object.defineProperty(process.versions, "pnp", { value: "3", configurable: true });
    try {
      expect(await messageOf(() => start("forkserver"))).toContain(fix);
      expect(await start("spawn")).toBe(1);
    } finally {
      delete process.versions.pnp;
    }
    // Without Plug'n'Play, as with that line.
    expect(await start("forkserver")).toBe(1);
  },
};

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getAllStartMethods } from "@manyhands/process";
import { afterAll, describe, expect, it } from "vitest";

// A module that starts processes when it is imported, and is imported again by the children and the fork server.
const folder = mkdtempSync(join(tmpdir(), "manyhands-importing-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const head = `import { isMain, parentProcess, Pool, Process, ProcessPoolExecutor } from ${JSON.stringify(import.meta.resolve("@manyhands/process"))};
const startMethod = process.argv[2];
export const square = (n) => n * n;
`;
const entries: Record<string, string> = {
  Process: "console.log(await new Process(square, { args: [3], startMethod }).start().result());",
  Pool: "const pool = new Pool({ processes: 1, startMethod }); console.log(...(await pool.map(square, [3]))); await pool.terminate();",
  ProcessPoolExecutor:
    "const executor = new ProcessPoolExecutor({ maxWorkers: 1, startMethod }); console.log(await executor.submit(square, 3).result()); await executor.shutdown();",
};

let written = 0;
/** Runs a program that imports a module with this text. */
function run(text: string, startMethod: string): Promise<{ code: number; out: string; err: string }> {
  const module = `module-${++written}.mjs`;
  writeFileSync(join(folder, module), head + text);
  writeFileSync(join(folder, `main-${written}.mjs`), `import "./${module}";`);
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      [join(folder, `main-${written}.mjs`), startMethod],
      { timeout: 100_000, killSignal: "SIGKILL" },
      (error, out, err) =>
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out, err }),
    ),
  );
}

const methods = getAllStartMethods().filter((method) => method !== "fork");
describe.each(methods)("a module that starts children by %s when it is imported", (startMethod) => {
  describe.each(Object.entries(entries))("with %s", (_, start) => {
    it("is refused in the child that imports it, with the guard to write", async () => {
      const { code, out, err } = await run(start, startMethod);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toContain("is importing file:");
      expect(err).toContain("if (parentProcess() === null) { … }");
    });

    it("starts them once with that guard", async () => {
      expect(await run(`if (parentProcess() === null) { ${start} }`, startMethod)).toEqual({
        code: 0,
        out: "9\n",
        err: "",
      });
    });
  });
});

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type ModuleFormat, rolldown } from "rolldown";
import { afterAll, expect, it } from "vitest";

const run = promisify(execFile);
const esbuild = fileURLToPath(new URL("../../../../node_modules/.bin/esbuild", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "manyhands-bundled-"));
const builtPackage = fileURLToPath(import.meta.resolve("@manyhands/process"));
const program = `
  import * as api from "@manyhands/process";
  const { getContext, Manager, Pool, Process, ProcessPoolExecutor, Queue } = api;
  const by = (startMethod) => new Process(() => 1, { startMethod, stderr: "pipe" }).start().result();
  const starts = {
    thread: () => by("thread"),
    spawn: () => by("spawn"),
    forkserver: () => by("forkserver"),
    pool: () => new Pool(1).map((x) => x, [1]),
    "pool of processes": () => new (getContext("spawn").Pool)(1).map((x) => x, [1]),
    queue: async () => (await new Queue().put({ some: "value" }), "put"),
    executor: () => new ProcessPoolExecutor().submit((x) => x, 1),
    manager: () => new Manager().start(),
  };
  async function main() {
    const outcomes = {};
    for (const [name, start] of Object.entries(starts)) {
      outcomes[name] = await Promise.resolve().then(start).then(() => "started", (error) => [error.code, error.cause?.code, error.message]);
    }
    const classes = Object.entries(api).filter(([name]) => /Error$|^(Lock|Queue|SharedArray|Barrier)$/.test(name));
    outcomes.renamed = classes.filter(([name, { name: own }]) => own !== name && name !== "registerError").map(([name]) => name);
    console.log(JSON.stringify(outcomes));
  }
  main();
`;

/** What each start gave: "started", or its error's codes and message; and the classes whose name was lost. */
type Outcomes = Record<string, string[]>;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bundles by esbuild, whose output in the format of CommonJS has no `import.meta.url`. */
async function bundleByEsbuild(format: "esm" | "cjs", extension: string): Promise<string> {
  const input = join(folder, "main.mjs");
  writeFileSync(input, program.replace('"@manyhands/process"', JSON.stringify(builtPackage)));
  const outfile = join(folder, `esbuild.${extension}`);
  const shape = ["--bundle", "--platform=node", "--external:koffi", "--external:piscina", "--log-level=error"];
  const banner =
    'import { createRequire as bannerRequire } from "node:module"; const require = bannerRequire(import.meta.url);';
  const options = format === "esm" ? [`--banner:js=${banner}`] : [];
  await run(esbuild, [input, ...shape, `--format=${format}`, ...options, `--outfile=${outfile}`]);
  return outfile;
}

async function bundle(format: ModuleFormat, extension: string, external: string[], minify = false): Promise<string> {
  const input = join(folder, "main.mjs");
  writeFileSync(input, program.replace('"@manyhands/process"', JSON.stringify(builtPackage)));
  const dir = join(folder, `${format}${external.length}${minify ? "min" : ""}`);
  const made = await rolldown({ input, platform: "node", external, logLevel: "silent" });
  await made.write({ dir, format, minify, entryFileNames: `main.${extension}`, chunkFileNames: `[name].${extension}` });
  await made.close();
  return join(dir, `main.${extension}`);
}

it.each([
  ["Rolldown", "esm", "mjs"],
  ["Rolldown", "cjs", "cjs"],
  ["esbuild", "esm", "mjs"],
  ["esbuild", "cjs", "cjs"],
] as const)(
  "a start in a bundle by %s of the format %s throws an error with the bundlers' options",
  async (bundler, format, extension) => {
    const byEsbuild = bundler === "esbuild";
    const file = await (byEsbuild
      ? bundleByEsbuild(format, extension)
      : bundle(format, extension, ["koffi", "piscina"]));
    const { renamed: _, ...outcomes } = JSON.parse((await run(process.execPath, [file])).stdout) as Outcomes;
    expect(Object.keys(outcomes)).toHaveLength(8);
    for (const [name, [code, cause, message]] of Object.entries(outcomes)) {
      expect([code, cause], name).toContain("ERR_MANYHANDS_BUNDLED");
      expect(message, name).toMatch(
        /a bundler has copied @manyhands\/process into another file, or left out files of it; leave it external: esbuild/,
      );
    }
    expect(outcomes.forkserver?.[0]).toBe("ERR_MANYHANDS_BUNDLED");
    // Without `import.meta.url`, the message names no place.
    if (byEsbuild && format === "cjs") return;
    if (!byEsbuild) expect(outcomes.thread?.[2]).toMatch(/Cannot find \.\.\/syntax\.cjs from file:.*\.[mc]js, since/);
    expect(outcomes.manager?.[2]).toMatch(/its program entry\/manager\.js is not beside .*\.[mc]js, since/);
  },
);

it("errors and shared classes keep their names in a bundle that is minified", async () => {
  const file = await bundle("esm", "mjs", ["koffi", "piscina"], true);
  const { renamed } = JSON.parse((await run(process.execPath, [file])).stdout) as { renamed: string[] };
  expect(renamed).toEqual([]);
});

it("a start works in a bundle that leaves the package external, as the error says", async () => {
  const file = await bundle("esm", "mjs", [builtPackage]);
  const { renamed: _, ...outcomes } = JSON.parse((await run(process.execPath, [file])).stdout) as Outcomes;
  expect(new Set(Object.values(outcomes))).toEqual(new Set(["started"]));
});

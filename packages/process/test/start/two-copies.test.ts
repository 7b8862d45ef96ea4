import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const run = promisify(execFile);
const built = new URL("../../dist/", import.meta.url);
const folder = realpathSync(mkdtempSync(join(tmpdir(), "manyhands-copies-")));
const copy = pathToFileURL(`${join(folder, "copy/dist")}/`);

beforeAll(() => {
  symlinkSync(fileURLToPath(new URL("../../../../node_modules", import.meta.url)), join(folder, "node_modules"));
  cpSync(built, copy, { recursive: true, filter: (file) => !file.endsWith(".map") });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("an object of another copy of the package is refused, and one copy takes its own", async () => {
  writeFileSync(
    join(folder, "main.mjs"),
    `
    import * as own from ${JSON.stringify(new URL("index.js", built).href)};
    import * as other from ${JSON.stringify(new URL("index.js", copy).href)};
    const outcomes = [];
    const note = async (run) => outcomes.push(await run().then(String, ({ code, message }) => [code, message]));
    for (const startMethod of ["thread", "spawn"]) {
      const lock = new (other.getContext(startMethod).Lock)();
      await note(async () => new own.Process((given) => given.tryAcquire(), { args: [lock], startMethod }).start().result());
      await note(async () => new own.Process(() => lock.tryAcquire(), { startMethod }).start().result());
      await note(async () => new other.Process(() => lock.tryAcquire(), { startMethod }).start().result());
    }
    console.log(JSON.stringify(outcomes));
  `,
  );
  const { stdout } = await run(process.execPath, [join(folder, "main.mjs")]);
  const refused = [
    "ERR_MANYHANDS_TWO_COPIES",
    `Cannot send the Lock: it is of another copy of @manyhands/process, ${copy.href}, and this copy is ${built.href}; ` +
      "make all imports find one copy: npm ls @manyhands/process lists them, npm dedupe or one version for all in " +
      "package.json makes them one",
  ];
  expect(JSON.parse(stdout)).toEqual([refused, refused, "true", refused, refused, "true"]);
});

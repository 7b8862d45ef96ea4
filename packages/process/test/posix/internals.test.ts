import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { examinePart, expectPart, type InternalCheck } from "../../src/posix/node-internals/internal-check.ts";
import { canFork, runCommand } from "../fixture/run-fork-ready.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const register = readFileSync(join(root, "INTERNALS.md"), "utf8");
const command = fileURLToPath(new URL("../../bin/manyhands.js", import.meta.url));

describe("manyhands doctor --node", () => {
  it("reports every part as expected on this Node", async () => {
    const { code, out } = await runCommand(["doctor", "--node"]);
    expect(out.filter((line) => line.startsWith("FAIL"))).toEqual([]);
    expect(code).toBe(0);
    expect(out[0]).toBe(`Node ${process.version} on ${process.platform} ${process.arch}`);
  });

  it("prints one JSON array with --json", async () => {
    const { out } = await runCommand(["doctor", "--node", "--json"]);
    const checks = JSON.parse(out.join("")) as InternalCheck[];
    if (canFork) expect(checks.map(({ name }) => name)).toContain("platform threads");
    for (const { name, detail } of checks)
      expect([name, detail, register.includes(`\`${name}\``)]).toEqual([name, detail, true]);
  });

  it("exits with 1 when a part is not as expected", async () => {
    const folder = mkdtempSync(join(tmpdir(), "manyhands-internals-"));
    try {
      const file = join(folder, "change.cjs");
      writeFileSync(file, "const { exit } = process; process.exit = (...code) => exit(...code);");
      const env = { ...process.env, NODE_OPTIONS: `--require ${file}` };
      const run = promisify(execFile)(process.execPath, [command, "doctor", "--node"], { env });
      const failed = /^FAIL {2}process exit +expected process\.exit\(\) to call/m;
      await expect(run).rejects.toMatchObject({ code: 1, stdout: expect.stringMatching(failed) });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("refuses a file", async () => {
    const { code, err } = await runCommand(["doctor", "--node", "main.ts"]);
    expect(code).toBe(2);
    expect(err).toMatch(/--node takes no file/);
  });
});

describe("examinePart()", () => {
  it("returns the error of a check as its detail", () => {
    const check = examinePart("part", () => {
      expectPart(false, "a field");
      return "found";
    });
    expect(check).toEqual({ name: "part", ok: false, detail: "expected a field" });
  });
});

describe("INTERNALS.md", () => {
  const folder = "packages/process/src/posix/node-internals/";

  it.each(readdirSync(join(root, folder)))("lists %s", (file) => {
    expect(register).toContain(`posix/node-internals/${file}`);
  });

  it("names files that exist", () => {
    const cells = register.split("\n").map((line) => line.split(" | ")[1] ?? "");
    const files = cells.flatMap((cell) =>
      [...cell.matchAll(/`([^`]+\.(?:ts|cjs))`/g)].map(([, file]) => file as string),
    );
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !existsSync(join(root, "packages/process/src", file)))).toEqual([]);
  });
});

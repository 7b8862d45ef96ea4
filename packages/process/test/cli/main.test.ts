import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const command = fileURLToPath(new URL("../../bin/manyhands.js", import.meta.url));
const fixture = fileURLToPath(new URL("../fixture/callable/examined-module.js", import.meta.url));

function manyhands(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

describe("manyhands", () => {
  it.each([
    ["tpo", "top"],
    ["docter", "doctor"],
    ["PS", "ps"],
  ])("suggests a command for %s", async (typed, meant) => {
    const { code, stderr } = await manyhands(typed);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `There is no command "${typed}". Did you mean "manyhands ${meant}"? manyhands --help lists all commands\n`,
    });
  });

  it("lists the commands for a name that is like none of them, and without a name", async () => {
    for (const args of [["serve-files"], []])
      expect(await manyhands(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining("  top [PID]\n") });
  });

  it("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await manyhands("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it.each([
    ["help", "top"],
    ["top", "--help"],
  ])("prints the options of a command by %s %s", async (...args) => {
    const { code, stdout } = await manyhands(...args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("--interval-ms COUNT") });
  });

  it("says that doctor runs the module's top-level code", async () => {
    const { stderr } = await manyhands("doctor", fixture);
    expect(stderr).toBe(`Importing ${fixture}, which runs its top-level code\n`);
  });
});

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
    ["compeltion", "completion"],
  ])("suggests a command for %s", async (typed, meant) => {
    for (const args of [[typed], ["help", typed]]) {
      const { code, stderr } = await manyhands(...args);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: `manyhands: unknown command '${typed}' (Did you mean ${meant}?); see manyhands --help\n`,
      });
    }
  });

  it("suggests a flag", async () => {
    const { code, stderr } = await manyhands("top", "--intervall-ms", "5");
    expect(code).toBe(2);
    expect(stderr).toBe(
      "manyhands top: unknown option '--intervall-ms' (Did you mean --interval-ms?); see manyhands top --help\n",
    );
  });

  it.each(["bash", "zsh", "fish", "man"])("completion %s names every command", async (shell) => {
    const { code, stdout } = await manyhands("completion", shell);
    expect(code).toBe(0);
    for (const name of ["doctor", "run", "ps", "top"]) expect(stdout).toContain(name);
  });

  it("lists the commands when none is given", async () => {
    expect(await manyhands()).toMatchObject({ code: 2, stderr: expect.stringMatching(/^ {2}top \[PID\] +/m) });
    const { stderr } = await manyhands("serve-files");
    expect(stderr).toBe("manyhands: unknown command 'serve-files'; see manyhands --help\n");
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
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("--interval-ms <COUNT>") });
  });

  it("says that doctor runs the module's top-level code", async () => {
    const { stderr } = await manyhands("doctor", fixture);
    expect(stderr).toBe(`Importing ${fixture}, which runs its top-level code\n`);
  });
});

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

  it("refuses an interval that is longer than any timer runs", async () => {
    const { code, stderr } = await manyhands("top", "--interval-ms", "3000000000");
    expect(code).toBe(2);
    expect(stderr).toBe(
      'manyhands top: Cannot read --interval-ms: "3000000000" is not a whole number ≤ 86400000; see manyhands top --help\n',
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

  it("doctor warns of threads, addons and dependencies that a forked child cannot use", async () => {
    const folder = mkdtempSync(join(tmpdir(), "manyhands-doctor-"));
    try {
      const dependencies = { sharp: "1.0.0", semver: "1.0.0" };
      writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies }));
      const file = join(folder, "module.js");
      const koffi = createRequire(import.meta.url).resolve("koffi");
      writeFileSync(
        file,
        `import { Worker } from "node:worker_threads";
        import ${JSON.stringify(koffi)};
        const worker = new Worker("setInterval(() => {}, 1000)", { eval: true });
        await new Promise((resolve) => worker.once("online", resolve));
        worker.unref();
        export const work = () => 1;`,
      );
      const { code, stderr } = await manyhands("doctor", file);
      expect(code).toBe(0);
      const warnings = stderr.split("\n").slice(1, -1);
      const advice = /: a child by "fork" or "forkserver" has none of .* or start them by "spawn"$/;
      expect(warnings).toEqual(Array(process.platform === "linux" ? 3 : 2).fill(expect.stringMatching(advice)));
      if (process.platform === "linux") expect(warnings[0]).toMatch(/^The import started \d+ threads?:/);
      expect(warnings.at(-2)).toMatch(/^The import loaded native addons, .* \(koffi\.node\):/);
      expect(warnings.at(-1)).toMatch(/^The package depends on sharp, whose addon has threads of its own:/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

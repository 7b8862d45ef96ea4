import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { getAllStartMethods } from "@manyhands/process";
import { expect, it } from "vitest";

const folder = join(import.meta.dirname, "..");
// Node 22.18 and later run TypeScript as it is.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const loader = major > 22 || (major === 22 && minor >= 18) ? ["--no-warnings"] : ["--import", "tsx"];

// Some must be started so that they can be forked, which this machine may not be able to.
const command = join(folder, "../packages/process/bin/manyhands.js");
const forks = (file: string) => readFileSync(join(folder, file), "utf8").includes("manyhands run");

it.each(readdirSync(folder).filter((file) => file.endsWith(".ts")))(
  "%s prints what stands at its foot",
  async (file) => {
    const foot = readFileSync(join(folder, file), "utf8").split("// Output:\n")[1] ?? "";
    const expected = foot.replace(/^\/\/ ?/gm, "");
    if (forks(file) && !getAllStartMethods().includes("forkserver")) return;
    const start = forks(file) ? [command, "run", "--no-warnings", join(folder, file)] : [...loader, join(folder, file)];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, start, {
      cwd: folder,
    });
    expect(stderr).toBe("");
    expect(stdout).toBe(expected);
  },
);

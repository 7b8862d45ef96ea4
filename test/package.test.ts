import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** Packages that can be loaded by `require` as well. */
const requirable = new Set(["process"]);

// Runs a command of node_modules directly, without a shell or npx.
const run = (bin: string, ...args: string[]) =>
  execFileSync(join(root, "node_modules/.bin", bin), args, { cwd: root, encoding: "utf8" });

describe.each(readdirSync(join(root, "packages")))("the published @manyhands/%s", (name) => {
  const folder = join(root, "packages", name);

  it("has consistent entry points, files and types (publint)", () => {
    expect(run("publint", folder, "--strict", "--pack", "npm")).toContain("All good!");
  });

  it("has types that every resolver finds (attw)", () => {
    const packed = mkdtempSync(join(tmpdir(), "manyhands-pack-"));
    try {
      execFileSync("npm", ["pack", "--silent", "--pack-destination", packed], { cwd: folder });
      const [tarball = ""] = readdirSync(packed);
      expect(() =>
        run("attw", join(packed, tarball), ...(requirable.has(name) ? [] : ["--profile", "esm-only"])),
      ).not.toThrow();
    } finally {
      rmSync(packed, { recursive: true, force: true });
    }
  });

  it.runIf(requirable.has(name))("has declarations for CommonJS that import declarations for CommonJS", () => {
    const files = readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" });
    const targets = files
      .filter((file) => file.endsWith(".d.cts"))
      .flatMap((file) => readFileSync(join(folder, "dist", file), "utf8").match(/from "\.[^"]*"/g) ?? []);
    expect(targets.filter((target) => !target.endsWith('.cjs"'))).toEqual([]);
  });

  it("declares its engines, its license and where it comes from", () => {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    expect(manifest).toMatchObject({
      type: "module",
      license: "MIT",
      engines: { node: ">=20.19" },
      author: "The manyhands contributors",
      repository: { directory: relative(root, folder) },
    });
  });
});

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeResult } from "../../src/base/result-file.ts";
import { call } from "../fixture/call.ts";
import { scalingResult } from "../fixture/result.ts";

it("completion bash completes commands, then the flags and values of a command", async () => {
  const { stdout } = await call("completion", "bash");
  const complete = (...words: string[]) => {
    const script = `${stdout}\nCOMP_WORDS=(${words.join(" ")} ""); COMP_CWORD=${words.length}; _manyhands_bench; echo "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split(" ");
  };
  expect(complete("manyhands-bench")).toEqual(expect.arrayContaining(["scale", "spawn", "advise", "ci"]));
  expect(complete("manyhands-bench", "scale")).toEqual(expect.arrayContaining(["--workers", "--timeout", "strong"]));
});

it.each(["zsh", "fish", "man"])("completion %s names every command", async (shell) => {
  const { stdout, code } = await call("completion", shell);
  expect(code).toBe(0);
  for (const name of ["scale", "advise", "baseline", "ci"]) expect(stdout).toContain(name);
});

it("help groups the flags of a measurement and of the output", async () => {
  const { stdout } = await call("spawn", "--help");
  expect(stdout).toMatch(/^Options:\n.*^Measurement:\n.*^Output:\n.*^Common:\n/ms);
});

it("ci appends the summary to GitHub's file, and writes files for other tools", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const [file, page] = [join(folder, "scaling.json"), join(folder, "summary.md")];
  writeResult(file, scalingResult());
  const before = process.env.GITHUB_STEP_SUMMARY;
  process.env.GITHUB_STEP_SUMMARY = page;
  try {
    expect(await call("ci", file, "-o", folder)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readFileSync(page, "utf8")).toContain("**Core scaling**");
    delete process.env.GITHUB_STEP_SUMMARY;
    expect((await call("ci", file, "-o", folder)).stdout).toContain("**Core scaling**");
  } finally {
    if (before !== undefined) process.env.GITHUB_STEP_SUMMARY = before;
  }
  const [first] = JSON.parse(readFileSync(join(folder, "scaling.github-action.json"), "utf8"));
  expect(first).toMatchObject({ name: "ep, 1 worker, speed-up", unit: "ratio" });
  expect(Object.keys(JSON.parse(readFileSync(join(folder, "scaling.bmf.json"), "utf8")))).toContain("ep/serial/1");
  const failed = await call("ci", file, "-o", folder, "--fail-if", "speedup(ep,p=2) < 100");
  expect(failed.code).toBe(1);
  rmSync(folder, { recursive: true });
});

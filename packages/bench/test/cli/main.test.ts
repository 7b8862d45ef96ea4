import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readResult } from "@manyhands/bench";
import { afterEach, beforeEach, expect, it } from "vitest";
import { bench as benchIn } from "../fixture/bench.ts";

const kernels = fileURLToPath(new URL("../fixture/kernels.js", import.meta.url));
const tiny = [
  "--size",
  "tiny",
  "--rounds",
  "6",
  "--workers",
  "1,2",
  "--launches",
  "1",
  "--warmup",
  "20ms",
  "--no-ceiling",
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const bench = (argv: readonly string[], options?: Parameters<typeof benchIn>[2]) => benchIn(folder, argv, options);

it("scale prints a table without colours, writes both files, and ends by naming the report", async () => {
  const { code, stdout, stderr } = await bench(["scale", "ep", ...tiny]);
  expect(stderr).toMatch(/^levels 1 2; /);
  expect(stderr.split("\n").length).toBeLessThan(5);
  expect(stdout).toContain("answers verified against NAS Parallel Benchmarks");
  expect(stdout).toMatch(/\n +2 {2}.* {2}\d\.\d\d {2}/);
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("report: manyhands-report/scaling.html");
  expect(code).toBe(0);
  expect(readResult(join(folder, "manyhands-report/scaling.json"))).toMatchObject({
    schemaVersion: 1,
    kind: "scaling",
  });
  const html = readFileSync(join(folder, "manyhands-report/scaling.html"), "utf8");
  expect(html).toContain("<svg");
  expect(html).not.toMatch(/(src|href)="http/);
});

it("--format json prints the result alone", async () => {
  const { stdout, stderr } = await bench([
    "run",
    kernels.replace("kernels", "sound-kernel"),
    "--format",
    "json",
    ...tiny,
  ]);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({ kind: "scaling", kernels: [{ id: "sound", rounds: 6 }] });
});

it("a wrong kernel gives exit code 3, its rows void, the others kept", async () => {
  const { code, stdout } = await bench(["run", kernels.replace("kernels", "wrong-kernel"), ...tiny]);
  expect(code).toBe(3);
  expect(stdout).toMatch(/VOID: wrong answer, wrong\/.*sum is 28, published is 29/);
  expect(stdout).toContain("answers verified against this file");
});

it("a worker that dies gives exit code 4 and says how it died", async () => {
  const { code, stdout } = await bench(["run", kernels.replace("kernels", "deadly-kernel"), ...tiny]);
  expect(stdout).toMatch(/invalid: deadly: Cannot measure: deadly (soloist|worker \d) died: .*9/);
  expect(code).toBe(4);
  expect(existsSync(join(folder, "manyhands-report/scaling.json"))).toBe(true);
});

it("levels beyond the usable CPUs are announced and marked", async () => {
  const { code, stdout, stderr } = await bench(["scale", "primes", ...tiny, "--cpus", "1.5"]);
  expect(stderr).toContain("measuring 2: OVERSUBSCRIBED, shown hollow, not fitted");
  expect(stdout).toMatch(/2 \(over\)/);
  expect(stdout).toContain("The CPU budget is 1.5");
  expect(code).toBe(0);
});

it("Ctrl-C ends the run after the cell in hand, with exit code 130 and what was measured until then", async () => {
  const argv = [
    "run",
    kernels.replace("kernels", "endless-kernel"),
    "--rounds",
    "100000",
    "--max-time",
    "60s",
    "--workers",
    "1",
    "--no-ceiling",
  ];
  const { code, stdout } = await bench(argv, {
    watch(child) {
      // The kernel says so itself once rounds have begun.
      child.stdout?.on("data", (data) => String(data).includes("under way") && child.kill("SIGINT"));
    },
  });
  expect(code).toBe(130);
  expect(stdout).toMatch(/sound {2}.*\(interrupted\)/);
  expect(existsSync(join(folder, "manyhands-report/scaling.html"))).toBe(true);
});

it("without a C compiler WebAssembly is the ceiling, and the report says so", async () => {
  const env = { ...process.env, PATH: folder, XDG_CACHE_HOME: folder };
  const { code, stdout } = await bench(["scale", "primes", "--size", "tiny", "--rounds", "6", "--workers", "1"], {
    env,
  });
  expect(stdout).toContain("the ceiling is WebAssembly in isolates");
  expect(stdout).toMatch(/\n +1 {2}.* \d+\.\d %/);
  expect(readResult(join(folder, "manyhands-report/scaling.json"))).toMatchObject({ design: { ceiling: "wasm" } });
  expect(code).toBe(0);
  const spawned = await bench(
    ["spawn", "--methods", "C fork,worker", "--rounds", "1", "--no-memory", "--require-native"],
    { env },
  );
  expect(spawned.stdout).toContain("C fork: Not available: no C compiler (cc)");
  expect(spawned.code).toBe(5);
});

it("--strict turns wide intervals into exit code 4", async () => {
  const { code } = await bench([
    "run",
    kernels.replace("kernels", "sound-kernel"),
    ...tiny,
    "--strict",
    "--target-error",
    "0.0001%",
  ]);
  expect(code).toBe(4);
});

it("run measures a plain function, whose answers must agree", async () => {
  const { code, stdout } = await bench(["run", kernels.replace("kernels", "plain"), ...tiny]);
  expect(stdout).toContain("answers verified against the first cell's answer");
  expect(stdout).toMatch(/VOID: wrong answer, fickle\/.*chunk \d+ gave another answer than at first/);
  expect(code).toBe(3);
});

it("--timeout ends the run with exit code 124 and what was measured until then", async () => {
  const { code, stdout } = await bench([
    "spawn",
    "--methods",
    "worker",
    "--rounds",
    "100000",
    "--no-memory",
    "--timeout",
    "1s",
  ]);
  expect(stdout).toMatch(/worker +\d/);
  expect(code).toBe(124);
});

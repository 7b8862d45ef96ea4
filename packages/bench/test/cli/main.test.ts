import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
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

const hasTaskset = spawnSync("taskset", ["--version"]).status === 0;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const bench = (argv: readonly string[], options?: Parameters<typeof benchIn>[2]) => benchIn(folder, argv, options);

it("scale prints a table without colours, writes both files, and prints the report's path last", async () => {
  const { code, stdout, stderr } = await bench(["scale", "ep", ...tiny]);
  expect(stderr).toMatch(/^levels 1 2; /);
  // A machine with one processor gets a warning more.
  expect(stderr.split("\n").length).toBeLessThan(6);
  expect(stdout).toContain("answers verified against NAS Parallel Benchmarks");
  // On one processor the level is marked as over the usable ones.
  expect(stdout).toMatch(/\n +2(?: \(over\))? {2}.* {2}\d\.\d\d(?: [!~])? {2}/);
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
    "--export-svg",
    "pictures",
    ...tiny,
  ]);
  expect(existsSync(join(folder, "pictures/speed-up-sound.svg"))).toBe(true);
  expect(stderr).toMatch(/^(?:\d+% sound: .*\n)+$/);
  expect(JSON.parse(stdout)).toMatchObject({ kind: "scaling", kernels: [{ id: "sound", rounds: 6 }] });
});

it("scale exits with code 3 when a kernel's answer is wrong, and keeps the other kernels", async () => {
  const { code, stdout } = await bench(["run", kernels.replace("kernels", "wrong-kernel"), ...tiny]);
  expect(code).toBe(3);
  expect(stdout).toMatch(/VOID: wrong answer, wrong\/.*sum is 28, published is 29/);
  expect(stdout).toContain("answers verified against this file");
});

it("scale exits with code 4 when a worker crashes, and prints its exit", async () => {
  const { code, stdout } = await bench(["run", kernels.replace("kernels", "deadly-kernel"), ...tiny]);
  expect(stdout).toMatch(/invalid: deadly: Cannot measure: deadly (serial worker|worker \d) exited early: .*9/);
  expect(code).toBe(4);
  expect(existsSync(join(folder, "manyhands-report/scaling.json"))).toBe(true);
});

it("scale announces and marks levels beyond the usable CPUs", async () => {
  const { code, stdout, stderr } = await bench(["scale", "primes", ...tiny, "--cpus", "1.5"]);
  expect(stderr).toContain("measuring 2: OVERSUBSCRIBED, shown hollow, not fitted");
  expect(stdout).toMatch(/2 \(over\)/);
  expect(stdout).toContain("The CPU budget is 1.5");
  expect(code).toBe(0);
});

const endless = [
  ...["run", kernels.replace("kernels", "endless-kernel"), "--rounds", "100000", "--max-time", "60s"],
  ...["--workers", "1", "--launches", "1", "--warmup", "20ms"],
];

/** Resolves with the process that first reports that it runs. */
function whenUnderWay(tell: (pid: number, child: ChildProcess) => void): (child: ChildProcess) => void {
  return (child) => {
    child.stdout?.on("data", (data) => {
      const pid = /under way in (\d+)/.exec(String(data))?.[1];
      if (pid !== undefined) tell(Number(pid), child);
    });
  };
}

it("Ctrl-C, sent to all processes, ends the run after the current cell with exit code 130 and writes what was measured", async () => {
  const watch = whenUnderWay((_, child) => process.kill(-(child.pid as number), "SIGINT"));
  const { code, stdout, stderr } = await bench(endless, { watch });
  expect(stderr).toContain("Interrupted: ending after the current cell");
  expect(code).toBe(130);
  expect(stdout).toMatch(/sound(?: \[\w+\])? {2}.*\(interrupted\)/);
  expect(readResult(join(folder, "manyhands-report/scaling.json"))).toMatchObject({
    kernels: [{ id: "sound", stoppedBy: "interrupted", ceiling: "compute" }],
    warnings: expect.not.arrayContaining([expect.objectContaining({ code: "failed" })]),
  });
});

it("scale exits with code 4 when a process worker is killed, prints its exit, and keeps what was measured", async () => {
  const killed: number[] = [];
  const watch = whenUnderWay((pid) => {
    if (killed.length === 0) process.kill(pid, "SIGKILL");
    killed.push(pid);
  });
  const { code, stdout } = await bench([...endless, "--backend", "processes", "--no-ceiling"], { watch });
  expect(stdout).toMatch(
    new RegExp(`invalid: sound: Cannot measure: sound (serial worker|worker 0) exited early: .*${killed[0]}.*SIGKILL`),
  );
  expect(code).toBe(4);
  expect(readResult(join(folder, "manyhands-report/scaling.json"))).toMatchObject({
    kernels: [{ id: "sound", stoppedBy: "failed" }],
    cells: expect.arrayContaining([expect.objectContaining({ id: "sound/serial", samples: expect.anything() })]),
  });
});

it.runIf(hasTaskset)(
  "on one usable CPU scale finds no speed-up, and marks rounds beside a busy process as disturbed",
  async () => {
    const neighbour = spawn("taskset", ["-c", "0", process.execPath, "-e", "for (;;);"], { stdio: "ignore" });
    try {
      const argv = ["scale", "primes", "--size", "small", "--rounds", "2", "--launches", "1", "--warmup", "20ms"];
      const { code, stdout, stderr } = await bench([...argv, "--no-ceiling"], { cpu: 0 });
      expect(stderr).toMatch(/^levels 1; 1 usable CPU \(affinity 0,/);
      expect(stdout).toContain("One usable CPU: no speed-up is possible");
      expect(stdout).toMatch(
        /caution: primes: \d of 2 rounds were disturbed, the worst by waiting for a CPU \(\d+ % of/,
      );
      expect(code).toBe(0);
    } finally {
      neighbour.kill("SIGKILL");
    }
  },
);

it("the report uses WebAssembly as ceiling without a C compiler, omits Python's rows without Python, and says so", async () => {
  const env = { ...process.env, PATH: folder, XDG_CACHE_HOME: folder };
  const short = ["--size", "tiny", "--rounds", "6", "--workers", "1", "--launches", "1", "--warmup", "20ms"];
  const { code, stdout } = await bench(["scale", "primes", ...short], { env });
  expect(stdout).toContain("the ceiling is WebAssembly in isolates");
  expect(stdout).toMatch(/\n +1 {2}.* \d+\.\d %/);
  expect(readResult(join(folder, "manyhands-report/scaling.json"))).toMatchObject({ design: { ceiling: "wasm" } });
  expect(code).toBe(0);
  const spawned = await bench(
    ["spawn", "--methods", "C fork,Python fork,worker", "--rounds", "1", "--no-memory", "--require-native"],
    { env },
  );
  expect(spawned.stdout).toContain("C fork: Not available: no C compiler (cc)");
  expect(spawned.stdout).toContain("Python fork: Not available: no python3, or it has no multiprocessing");
  expect(spawned.code).toBe(5);
});

it("--strict exits with code 4 when intervals are wide", async () => {
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

it("run measures a plain function and checks that its answers agree", async () => {
  const { code, stdout } = await bench(["run", kernels.replace("kernels", "plain"), ...tiny]);
  expect(stdout).toContain("answers verified against the first cell's answer");
  expect(stdout).toMatch(/VOID: wrong answer, fickle\/.*chunk \d+ gave another answer than in the first cell/);
  expect(code).toBe(3);
});

it("run measures TypeScript and CommonJS, and skips classes", async () => {
  const files = {
    "typed.ts": "export class Left {}\nexport function typed(chunk: number): number { return chunk as number; }\n",
    "common.cjs": "exports.common = (chunk) => chunk;\n",
    "package.json": '{ "type": "module" }',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  // tsx is resolved from the working directory too, which is the repository here.
  symlinkSync(fileURLToPath(new URL("../../../../node_modules", import.meta.url)), join(folder, "node_modules"));
  const { code, stdout, stderr } = await bench(["run", "typed.ts", "common.cjs", ...tiny]);
  expect(stderr).not.toContain("Cannot");
  const result = readResult(join(folder, "manyhands-report/scaling.json"));
  expect(result).toMatchObject({
    kernels: [
      { id: "typed", rounds: 6 },
      { id: "common", rounds: 6 },
    ],
  });
  if (availableParallelism() > 1) expect(stdout).toContain("all 2 kernels, 2 workers: speed-up");
  expect(code).toBe(0);
});

it("--timeout ends the run with exit code 124 and writes what was measured", async () => {
  const argv = ["spawn", "--methods", "worker", "--rounds", "100000", "--no-memory", "--timeout"];
  // A slow machine measures nothing in the shortest time.
  let ended = await bench([...argv, "2s"]);
  for (const limit of ["8s", "32s"]) if (!/worker +\d/.test(ended.stdout)) ended = await bench([...argv, limit]);
  const { code, stdout } = ended;
  expect(stdout).toMatch(/worker +\d/);
  expect(code).toBe(124);
});

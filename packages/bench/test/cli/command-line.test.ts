import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { call } from "../fixture/call.ts";

const commands = [
  ...["scale", "run", "advise", "spawn", "message", "doctor", "list"],
  ...["show", "stats", "compare", "report", "export", "baseline", "ci", "completion"],
];

it.each<[string[], RegExp]>([
  [["frobnicate"], /unknown command 'frobnicate'; see manyhands-bench --help/],
  [["spwan"], /unknown command 'spwan' \(Did you mean spawn\?\)/],
  [["help", "spwan"], /unknown command 'spwan' \(Did you mean spawn\?\)/],
  [["scale", "--round", "6"], /unknown option '--round' \(Did you mean --rounds\?\); see manyhands-bench scale --help/],
  [["ci"], /missing required argument 'FILE'/],
  [["completion", "cmd"], /'cmd' is invalid .* Allowed choices are bash, zsh, fish, man/],
  [["scale", "--frob"], /unknown option '--frob'; see manyhands-bench scale --help/],
  [["spawn", "--rounds"], /argument missing/],
  [["scale", "--rounds", "0"], /Cannot read --rounds: "0" is not a whole number ≥ 1/],
  [["scale", "--workers", "two"], /Cannot read --workers: "two" is not a count/],
  [["scale", "--mode", "odd"], /"odd" is none of strong, weak, both/],
  [["scale", "--pin", "everywhere"], /"everywhere" is none of cores, threads, list/],
  [["scale", "--pin", "list:4095"], /Cannot pin to CPU 4095: this process may use/],
  [["scale", "--fail-if", "speed(ep)"], /write speedup, efficiency, machine, pooltax, as in/],
  [["spawn", "--fail-if", "speedup(ep) < 1"], /write blocked, answer, gone, ratio, as in/],
  [["scale", "--filter", "("], /Cannot read --filter: Invalid regular expression/],
  [["scale", "--filter", "nothing"], /--filter leaves none of ep, mandelbrot/],
  [["spawn", "--filter", "nothing"], /no method is left/],
  [["spawn", "--methods", "magic"], /no such method; there are thread, spawn/],
  [["spawn", "--native", "cobol"], /"cobol" is none of c, python/],
  [["spawn", "--ballast", "lots"], /Cannot read size "lots"/],
  [["message", "--transports", "pigeon"], /no such transport; there are Pipe thread/],
  [["message", "--shapes", "round"], /"round" is none of string/],
  [["scale", "nothing"], /no such kernel; there are ep/],
  [["run"], /missing required argument 'FILE'/],
  [["run", "missing.js"], /Cannot load missing.js/],
  [["advise"], /missing required argument 'FILE'/],
  [["advise", "one.js", "two.js"], /too many arguments/],
  [["advise", "missing.js"], /Cannot load missing.js/],
  [["show", "missing.json"], /Cannot read missing.json/],
  [["show"], /missing required argument 'FILE'/],
  [["stats"], /missing required argument 'FILE'/],
  [["report"], /missing required argument 'FILE'/],
  [["export"], /missing required argument 'FILE'/],
  [["compare", "one.json"], /missing required argument 'B'/],
  [["baseline", "sell"], /Allowed choices are list, save, rm/],
  [["baseline", "save"], /write baseline list/],
  [["scale", "--baseline", "nobody"], /Cannot compare with baseline "nobody": it does not exist; saved are/],
  [["spawn", "--save-baseline", "../away"], /Cannot use baseline name "..\/away"/],
  [["scale", "--quick", "--rigorous"], /Cannot be both quick and rigorous/],
  [["message", "--quick", "--rigorous"], /Cannot be both quick and rigorous/],
  [["scale", "--restrict", "--pin", "cores"], /Cannot restrict cells while workers are pinned/],
  [["scale", "--timeout", "soon"], /Cannot read duration "soon"/],
])("%j is refused with exit code 2", async (argv, message) => {
  const { code, stdout, stderr } = await call(...argv);
  expect(stderr).toMatch(message);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

it.each<[string, string, number, RegExp]>([
  [
    "has no chunks",
    "export function work() {}\nwork.chunks = 0;",
    4,
    /work: it has 0 chunks; write a whole number from 1/,
  ],
  [
    "exports no work",
    "export const work = 1;",
    2,
    /it exports neither a kernel nor a function; write export function work/,
  ],
  ["exports a class alone", "export class Work {}", 2, /it exports neither a kernel nor a function/],
  ["cannot be read", "export function work( {}", 2, /Cannot load .*: /],
])("run refuses a file that %s", async (_, text, exitCode, words) => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const file = join(folder, "work.mjs");
    writeFileSync(file, text);
    const { code, stdout, stderr } = await call("run", file, "--no-ceiling", "-o", join(folder, "report"));
    expect(stdout + stderr).toMatch(words);
    expect(code).toBe(exitCode);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("an error of the file system is printed without a stack", async () => {
  const file = fileURLToPath(import.meta.url);
  const { code, stderr } = await call("spawn", "--methods", "C fork", "--dry-run", "-o", file);
  expect(stderr).toMatch(/^manyhands-bench: Cannot continue: EEXIST.*\n$/);
  expect(code).toBe(2);
});

it("the overview lists all commands when none is given", async () => {
  const { code, stderr } = await call();
  for (const command of commands) expect(stderr).toContain(`  ${command} `);
  expect(code).toBe(2);
  expect(await call("--help")).toEqual({ code: 0, stdout: stderr, stderr: "" });
});

describe.each(commands)("%s --help", (command) => {
  it("prints the command's summary and its flags", async () => {
    const { code, stdout, stderr } = await call(command, "--help");
    expect(stdout).toMatch(new RegExp(`^Usage: manyhands-bench ${command} `));
    expect(stdout).toContain("--help");
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });
});

it("scale --help prints every default", async () => {
  const { stdout } = await call("scale", "--help");
  expect(stdout).toContain("Usage: manyhands-bench scale [options] [kernel...]");
  expect(stdout).toMatch(/--size <tiny\|small\|medium\|large> .*\(medium; small with --quick\)/);
  expect(stdout).toMatch(/--launches <N> .*\(3\)/);
});

it.each(["spawn", "message"])("%s --require-cores exits with code 5", async (command) => {
  const { code, stderr } = await call(command, "--require-cores", "1000");
  expect(stderr).toMatch(/1000 cores are required, \d+ can be used/);
  expect(code).toBe(5);
});

it("--require-cores exits with code 5 and measures nothing", async () => {
  const { code, stdout, stderr } = await call("scale", "--require-cores", "2", "--cpus", "1");
  expect(stderr).toBe("manyhands-bench: Cannot measure: 2 cores are required, 1 can be used\n");
  expect(stdout).toBe("");
  expect(code).toBe(5);
});

it("list prints what can be measured", async () => {
  const { code, stdout } = await call("list");
  for (const id of ["mandelbrot", "forkserver", "child_process.fork+", "C vfork", "worker move", "Manager spawn"])
    expect(stdout).toContain(`  ${id} `);
  expect(code).toBe(0);
});

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { getAllStartMethods } from "@manyhands/process";

/** The commands that measure the start method `fork` too, which needs a program that can fork. */
const forking = new Set(["spawn", "advise"]);

/**
 * Runs the command line in a program that can fork, by `manyhands run`, when the command measures forks and this
 * program cannot fork.
 *
 * @param program path of the program to run.
 * @returns the exit code; `undefined` when the command must run in this program: it needs no fork, can fork already, or
 * forks are impossible on this machine.
 */
export async function runForkReady(program: string, argv: readonly string[]): Promise<number | undefined> {
  if (!forking.has(argv[0] ?? "") || getAllStartMethods().includes("fork")) return undefined;
  const manifest = createRequire(import.meta.url).resolve("@manyhands/process/package.json");
  const run = [join(dirname(manifest), "bin", "manyhands.js"), "run", program];
  const probe = spawnSync(process.execPath, [...run, "--version"], { stdio: "ignore" });
  if (probe.status !== 0) return undefined;
  // Ctrl-C reaches the child too, which ends the run; this process waits for it.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  const child = spawn(process.execPath, [...run, ...argv], { stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  process.off("SIGINT", ignore);
  return code ?? 1;
}

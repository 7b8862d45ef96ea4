import { execFileSync } from "node:child_process";
import { basename } from "node:path";
import { isMainThread } from "node:worker_threads";
import { BenchError, exitCodes } from "../../base/bench-error.ts";
import { threadPath } from "./shared-clock.ts";

/**
 * Keeps the calling thread on one CPU; in a process of its own, V8's helper threads with it. Node has no call for this.
 *
 * @throws {Error} when there is no `taskset`, or the CPU is not to be had.
 */
export function pinThread(cpu: number): void {
  const whom = isMainThread ? ["-a", "-p"] : ["-p"];
  execFileSync("taskset", [...whom, "-c", String(cpu), basename(threadPath())], { stdio: "pipe" });
}

/**
 * Keeps all threads of a process, and those that they will make, to some CPUs.
 *
 * @throws {Error} when there is no `taskset`, or the process is gone.
 */
export function keepProcess(pid: number, cpus: readonly number[]): void {
  execFileSync("taskset", ["-a", "-p", "-c", cpus.join(), String(pid)], { stdio: "pipe" });
}

/** @throws {BenchError} with the exit code for what is missing, when threads cannot be pinned here. */
export function requirePinning(): void {
  try {
    execFileSync("taskset", ["--version"], { stdio: "ignore" });
  } catch (cause) {
    throw new BenchError(
      "Cannot pin: there is no taskset; install util-linux, or leave out --pin and --restrict",
      exitCodes.missing,
      {
        cause,
      },
    );
  }
}

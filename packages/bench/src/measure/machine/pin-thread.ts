import { execFileSync } from "node:child_process";
import { basename } from "node:path";
import { isMainThread } from "node:worker_threads";
import { BenchError, exitCodes } from "../../base/bench-error.ts";
import { threadProcPath } from "./thread-times.ts";

/**
 * Pins the calling thread to one CPU by `taskset`: Node has no call for it. On a main thread all threads of the
 * process are pinned, V8's helper threads included.
 *
 * @throws {Error} when there is no `taskset`, or this process may not use the CPU.
 */
export function pinThread(cpu: number): void {
  const scope = isMainThread ? ["-a", "-p"] : ["-p"];
  execFileSync("taskset", [...scope, "-c", String(cpu), basename(threadProcPath())], { stdio: "pipe" });
}

/**
 * Pins all threads of a process, and the threads that they start later, to some CPUs.
 *
 * @throws {Error} when there is no `taskset`, or the process has exited.
 */
export function pinProcess(pid: number, cpus: readonly number[]): void {
  execFileSync("taskset", ["-a", "-p", "-c", cpus.join(), String(pid)], { stdio: "pipe" });
}

/** @throws {BenchError} with the exit code `missing`, when there is no `taskset`. */
export function requirePinning(): void {
  try {
    execFileSync("taskset", ["--version"], { stdio: "ignore" });
  } catch (cause) {
    throw new BenchError(
      "Cannot pin: there is no taskset; install util-linux, or leave out --pin and --restrict",
      exitCodes.missing,
      { cause },
    );
  }
}

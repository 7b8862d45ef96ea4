import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { arch, cpus, hostname, loadavg, platform, release, totalmem } from "node:os";
import { readTextFile } from "./read-text-file.ts";
import { detectUsableCpus, type UsableCpus } from "./usable-cpus.ts";

/** The properties of the machine and of Node that a reader needs to interpret the numbers. */
export interface Environment {
  /**
   * A short, stable id of the machine for baselines. It has the processor's name and a hash of host name, memory and
   * CPUs.
   */
  readonly machineId: string;
  readonly cpuModel: string;
  readonly cpus: UsableCpus;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly kernel: string;
  readonly clocksource: string;
  /** The CPU frequency governor, or `n/a` where the system reports none. */
  readonly governor: string;
  /** The load average of the minute before the run. */
  readonly loadAverage: number;
  readonly node: string;
  readonly v8: string;
  readonly uv: string;
  readonly execArgv: readonly string[];
  /**
   * Short hash of the Git commit in the working folder, with `+` for uncommitted changes; absent outside of a
   * repository.
   */
  readonly commit?: string;
  /** Values that the user added with `--context key=value`. */
  readonly added: Readonly<Record<string, string>>;
}

/** Describes this machine and this Node. */
export function describeEnvironment(machine = detectUsableCpus(), added: Record<string, string> = {}): Environment {
  const cpuModel = cpus()[0]?.model.trim() ?? "unknown processor";
  const commit = gitCommit();
  return {
    machineId: machineId(cpuModel),
    cpuModel,
    cpus: machine,
    memoryBytes: totalmem(),
    platform: `${platform()} ${arch()}`,
    kernel: release(),
    clocksource: readSetting("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
    governor: readSetting("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
    loadAverage: loadavg()[0] ?? 0,
    node: process.versions.node,
    v8: process.versions.v8,
    uv: process.versions.uv,
    execArgv: [...process.execArgv],
    ...(commit === undefined ? {} : { commit }),
    added,
  };
}

function machineId(cpuModel: string): string {
  const hash = createHash("sha256").update(`${hostname()}\n${totalmem()}\n${cpus().length}`).digest("hex").slice(0, 8);
  const name = cpuModel
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 32);
  return `${name}-${hash}`;
}

function gitCommit(): string | undefined {
  try {
    const git = (...args: string[]) =>
      execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 2000 }).trim();
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "-uno") === "" ? "" : "+");
  } catch {
    return undefined;
  }
}

function readSetting(path: string): string {
  return readTextFile(path)?.trim() ?? "n/a";
}

/** The line that reports show below their title. */
export function environmentLine(environment: Environment): string {
  const { cpuModel, platform: system, kernel, node, uv, commit } = environment;
  return [cpuModel, `${system} ${kernel}`, `Node ${node} (libuv ${uv})`, ...(commit ? [`commit ${commit}`] : [])].join(
    " · ",
  );
}

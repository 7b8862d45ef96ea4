import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { arch, cpus, hostname, loadavg, platform, release, totalmem } from "node:os";
import { detectUsableCpus, type UsableCpus } from "./usable-cpus.ts";

/** What a reader must know about the machine and the programs in order to judge the numbers. */
export interface Environment {
  /** Short and stable for one machine: names baselines; made from processor, memory and a hash of the host's name. */
  readonly machineId: string;
  readonly cpuModel: string;
  readonly cpus: UsableCpus;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly kernel: string;
  readonly clocksource: string;
  /** The frequency governor, or `n/a` where the system has none to show. */
  readonly governor: string;
  /** Runnable tasks averaged over a minute, when the run began. */
  readonly loadAverage: number;
  readonly node: string;
  readonly v8: string;
  readonly uv: string;
  readonly execArgv: readonly string[];
  /** Short hash of the checkout that the run began in, with `+` when it had changes; absent outside of git. */
  readonly commit?: string;
  /** What the user added with `--context key=value`. */
  readonly added: Readonly<Record<string, string>>;
}

/** Takes stock of this machine and this Node. */
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
    clocksource: read("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
    governor: read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
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

function read(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "n/a";
  }
}

/** One line for people, as reports show under their title. */
export function environmentLine(environment: Environment): string {
  const { cpuModel, platform: system, kernel, node, uv, commit } = environment;
  return [cpuModel, `${system} ${kernel}`, `Node ${node} (libuv ${uv})`, ...(commit ? [`commit ${commit}`] : [])].join(
    " · ",
  );
}

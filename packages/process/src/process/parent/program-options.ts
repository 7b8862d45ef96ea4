import type { ResourceLimits } from "node:worker_threads";
import { checkOptionKeys } from "../../base/options.ts";
import type { StartMethodName } from "../../start/start-method.ts";

/** What the program of a child is started with. */
export interface ProgramOptions {
  /** The environment. Default: a copy of the parent's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Options of Node. Default: the parent's. */
  readonly execArgv?: readonly string[];
  /** The arguments behind the program's name in `process.argv`. Default: the parent's; none for a pool's threads. */
  readonly argv?: readonly string[];
  /** The working directory; for processes only. Default: the parent's. */
  readonly cwd?: string;
  /** The scheduling priority, from -20 to 19, the lowest; for processes only. Default: the parent's. */
  readonly nice?: number;
}

export const programKeys = [
  "env",
  "execArgv",
  "argv",
  "cwd",
  "nice",
] as const satisfies readonly (keyof ProgramOptions)[];

/**
 * @param attempt the user's operation: `create a Process`.
 * @throws {TypeError} or {RangeError} that names the option, its value and what to write.
 */
export function checkProgramOptions(attempt: string, { env, cwd, nice, ...lists }: ProgramOptions): void {
  if (env !== undefined && (typeof env !== "object" || env === null))
    refuseOption(attempt, "env", env, "an object: { env: { ...process.env, KEY: value } }");
  for (const option of ["execArgv", "argv"] as const) {
    const list = lists[option];
    if (list === undefined) continue;
    if (!Array.isArray(list)) refuseOption(attempt, option, list, "an array of strings");
    const wrong = list.findIndex((item) => typeof item !== "string");
    if (wrong >= 0) refuseOption(attempt, `${option}[${wrong}]`, list[wrong], "a string");
  }
  if (cwd !== undefined && typeof cwd !== "string") refuseOption(attempt, "cwd", cwd, "the path of a folder");
  if (nice !== undefined && !(Number.isInteger(nice) && nice >= -20 && nice <= 19))
    throw new RangeError(`Cannot ${attempt}: nice is ${String(nice)}, write a whole number from -20 to 19`);
}

const limitNames = ["maxOldGenerationSizeMb", "maxYoungGenerationSizeMb", "codeRangeSizeMb", "stackSizeMb"];

/** @throws {TypeError} or {RangeError} that names the limit, its value and what to write. */
export function checkLimits(attempt: string, limits: unknown): void {
  if (limits === undefined) return;
  if (typeof limits !== "object" || limits === null) {
    refuseOption(attempt, "resourceLimits", limits, "an object: { resourceLimits: { maxOldGenerationSizeMb: 64 } }");
  }
  checkOptionKeys("resourceLimits", limits, limitNames);
  for (const [limit, value] of Object.entries(limits)) {
    if (value === undefined) continue;
    if (typeof value !== "number") refuseOption(attempt, `resourceLimits.${limit}`, value, "MB, > 0");
    if (value > 0) continue;
    throw new RangeError(`Cannot ${attempt}: resourceLimits.${limit} is ${value}, write MB, > 0`);
  }
}

/** @throws {TypeError} always. */
export function refuseOption(attempt: string, option: string, value: unknown, wanted: string): never {
  const isObject = typeof value === "object" && value !== null;
  const given = isObject
    ? Array.isArray(value)
      ? "an array"
      : "an object"
    : typeof value === "string"
      ? JSON.stringify(value)
      : String(value);
  throw new TypeError(`Cannot ${attempt}: ${option} is ${given}, write ${wanted}`);
}

/** The least heap of a thread, in MB: with less, Node 22 and newer abort the whole process while the thread boots. */
const leastThreadHeapMb = 4;

/**
 * Refuses the options that threads do not have, and a heap in which Node cannot boot one.
 *
 * @param who the children: `workers`, or the name of a Process.
 * @throws {TypeError} or {RangeError} that says why.
 */
export function refuseForThreads(
  who: string,
  method: StartMethodName,
  { cwd, nice, resourceLimits }: ProgramOptions & { readonly resourceLimits?: ResourceLimits },
): void {
  if (method !== "thread") return;
  const heapMb = resourceLimits?.maxOldGenerationSizeMb;
  if (heapMb !== undefined && heapMb < leastThreadHeapMb) {
    throw new RangeError(
      `Cannot start ${who} by "thread": resourceLimits.maxOldGenerationSizeMb is ${heapMb}, and Node may abort the ` +
        "whole program when a thread has no memory to boot; write 16 or more",
    );
  }
  for (const [option, value, why] of [
    ["cwd", cwd, "all threads of a process have one working directory"],
    ["nice", nice, "Node sets the priority of whole processes"],
  ] as const) {
    if (value === undefined) continue;
    throw new TypeError(`Cannot give ${option} to ${who} by "thread": ${why}; write startMethod: "spawn"`);
  }
}

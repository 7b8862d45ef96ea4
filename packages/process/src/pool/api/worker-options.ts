import type { Engine } from "../engine/engine.ts";
import type { WorkerProgram } from "../engine/worker-program.ts";

/** What a worker's process is like. */
export interface WorkerOptions {
  /** The environment of each worker. Default: a copy of the parent's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Options of Node for each worker. Default: the parent's. */
  readonly execArgv?: readonly string[];
  /** The arguments behind the program's name in `process.argv`. Default: the parent's; none for threads. */
  readonly argv?: readonly string[];
  /** The working directory of each worker; for processes only. Default: the parent's. */
  readonly cwd?: string;
  /** The scheduling priority of each worker, from -20 to 19, the lowest; for processes only. Default: the parent's. */
  readonly nice?: number;
}

export const workerKeys = [
  "env",
  "execArgv",
  "argv",
  "cwd",
  "nice",
] as const satisfies readonly (keyof WorkerOptions)[];

/** @throws {TypeError} or {RangeError} that names the option, its value and what to write. */
export function checkWorkerOptions(what: string, { env, cwd, nice, ...lists }: WorkerOptions): void {
  const fail = (option: string, value: unknown, wanted: string): never => {
    const given = typeof value === "string" ? JSON.stringify(value) : String(value);
    throw new TypeError(`Cannot make a ${what}: ${option} is ${given}, write ${wanted}`);
  };
  if (env !== undefined && (typeof env !== "object" || env === null))
    fail("env", env, "an object: { env: { ...process.env, KEY: value } }");
  for (const option of ["execArgv", "argv"] as const) {
    const list = lists[option];
    if (list !== undefined && !(Array.isArray(list) && list.every((item) => typeof item === "string")))
      fail(option, list, "an array of strings");
  }
  if (cwd !== undefined && typeof cwd !== "string") fail("cwd", cwd, "the path of a folder");
  if (nice !== undefined && !(Number.isInteger(nice) && nice >= -20 && nice <= 19))
    throw new RangeError(`Cannot make a ${what}: nice is ${String(nice)}, write a whole number from -20 to 19`);
}

/**
 * How the workers' programs are started, and what they do first.
 *
 * @throws {TypeError} for an option that workers of this engine do not have.
 */
export function workerSetup(options: WorkerOptions & { readonly resourceLimits?: unknown }, engine: Engine) {
  const { env, execArgv, argv, cwd, nice } = options;
  if (engine.reach === "machine") refuseForMachines(options, engine);
  for (const [option, value, why] of [
    ["cwd", cwd, "all threads of a process have one working directory"],
    ["nice", nice, "Node sets the priority of whole processes"],
  ] as const) {
    if (value === undefined || engine.startMethod !== "thread") continue;
    throw new TypeError(`Cannot give ${option} to workers by "thread": ${why}; write startMethod: "spawn"`);
  }
  const program: WorkerProgram = {
    ...(env !== undefined && { env }),
    ...(execArgv !== undefined && { execArgv }),
    ...(argv !== undefined && { argv }),
  };
  return { program, cwd: cwd ?? null, nice: nice ?? null };
}

// A program on another machine has that machine's environment, and may not be given code by the options of Node.
function refuseForMachines(options: object, { startMethod }: Engine): void {
  for (const option of [...workerKeys, "resourceLimits"]) {
    if ((options as Record<string, unknown>)[option] === undefined) continue;
    throw new TypeError(
      `Cannot give ${option} to workers by "${startMethod}": the machine that runs them decides, give it to the worker program there`,
    );
  }
}

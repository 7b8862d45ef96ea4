import type { ResourceLimits, TransferListItem } from "node:worker_threads";
import { checkOptionKeys } from "../../base/options.ts";
import { checkTarget } from "../../callable/form/check-target.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import type { StartMethodName, Stdio } from "../../start/start-method.ts";

/** The options of a Process. */
export interface ProcessOptions<Args extends readonly unknown[] = readonly unknown[]> {
  /** The target's arguments; copied when the process starts. Default: none. */
  readonly args?: Readonly<Args>;
  /** Default: `Process-1`, `Process-2`…; a child's second child is `Process-1:2`. */
  readonly name?: string;
  /** Terminated, rather than waited for, when the parent ends; may not have children. Default: as the creator. */
  readonly daemon?: boolean;
  /** Default: the start method of the class's context, or the one that `setStartMethod()` set, or `"thread"`. */
  readonly startMethod?: StartMethodName;
  /** The environment. Default: a copy of the parent's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Options of Node. Default: the parent's. */
  readonly execArgv?: readonly string[];
  /** The arguments after the program's name in the child's `process.argv`. Default: as in the parent. */
  readonly argv?: readonly string[];
  /** Default: `"ignore"`: the child reads an empty input. */
  readonly stdin?: Stdio;
  /** Default: `"inherit"`. */
  readonly stdout?: Stdio;
  /** Default: `"inherit"`. */
  readonly stderr?: Stdio;
  /** Limits of the heap, in MB; only threads have them. Default: none. */
  readonly resourceLimits?: ResourceLimits;
  /** The objects in `args` to move rather than copy. Default: none. */
  readonly transferList?: readonly TransferListItem[];
  /** Terminates the process when it aborts; `result()` then rejects with its reason. Default: none. */
  readonly signal?: AbortSignal;
}

/** The options of a function's process. They may be omitted when the function needs no arguments. */
export type OptionsFor<F extends AnyFunction> =
  [] extends Parameters<F>
    ? [options?: ProcessOptions<Parameters<F>>]
    : [options: ProcessOptions<Parameters<F>> & { readonly args: Readonly<Parameters<F>> }];

/** What no target is. The compiler names it where a function that needs arguments gets no options. */
export interface ArgsAreMissing {
  readonly "args are missing, write new Process(target, { args: [...] })": true;
}

/** No further arguments, if the function needs `args`; otherwise more than any call has. */
export type NeedsArgs<F extends AnyFunction> = [] extends Parameters<F> ? [never, never, never] : [];

const keys = [
  "args",
  "name",
  "daemon",
  "startMethod",
  "env",
  "execArgv",
  "argv",
  "stdin",
  "stdout",
  "stderr",
  "resourceLimits",
  "transferList",
  "signal",
] as const satisfies readonly (keyof ProcessOptions)[];

/**
 * Reads the arguments of `new Process()`: a target with options, or options alone.
 *
 * @throws as {@link checkProcessOptions} does.
 */
export function readProcessArguments<F extends AnyFunction>(
  first: unknown,
  second: ProcessOptions | undefined,
): ProcessOptions & { target?: Target<F> } {
  const isTarget = typeof first !== "object" || first === null || first instanceof URL || "module" in first;
  const options = (isTarget ? (second === undefined ? {} : second) : first) as ProcessOptions & { target?: Target<F> };
  const target = isTarget ? (first as Target<F> | undefined) : options.target;
  checkProcessOptions(options, isTarget ? [] : ["target"]);
  if (target === undefined) return options;
  checkTarget(target);
  return { ...options, target };
}

/**
 * Refuses unknown options and wrong values.
 *
 * @throws {TypeError} naming the option, what it is and what to write.
 */
function checkProcessOptions(options: ProcessOptions, further: readonly string[] = []): void {
  checkOptionKeys("Process", options, [...further, ...keys]);
  const { args, name, daemon, signal, env, resourceLimits, transferList } = options;
  if (args !== undefined && !Array.isArray(args)) fail("args", args, "an array: { args: [2] }");
  if (name !== undefined) checkName(name);
  if (daemon !== undefined && typeof daemon !== "boolean") fail("daemon", daemon, "true or false");
  if (signal !== undefined && !(signal instanceof AbortSignal)) fail("signal", signal, "an AbortSignal");
  if (env !== undefined && !isObject(env)) fail("env", env, "an object: { env: { ...process.env, KEY: value } }");
  if (resourceLimits !== undefined && !isObject(resourceLimits))
    fail("resourceLimits", resourceLimits, "an object: { resourceLimits: { maxOldGenerationSizeMb: 64 } }");
  for (const list of ["argv", "execArgv"] as const) {
    const value = options[list];
    if (value !== undefined && !(Array.isArray(value) && value.every((item) => typeof item === "string")))
      fail(list, value, "an array of strings");
  }
  if (transferList !== undefined && !(Array.isArray(transferList) && transferList.every(isObject)))
    fail("transferList", transferList, "an array of objects to move: { transferList: [bytes.buffer] }");
  for (const stream of ["stdin", "stdout", "stderr"] as const) {
    const value = options[stream];
    if (value !== undefined && !["inherit", "pipe", "ignore"].includes(value))
      fail(stream, value, '"inherit", "pipe" or "ignore"');
  }
}

/** @throws {TypeError} when it is not a string. */
export function checkName(name: string): void {
  if (typeof name !== "string") fail("name", name, "a string");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function fail(option: string, value: unknown, wanted: string): never {
  const given = isObject(value)
    ? Array.isArray(value)
      ? "an array"
      : "an object"
    : typeof value === "string"
      ? JSON.stringify(value)
      : String(value);
  throw new TypeError(`Cannot create a Process: ${option} is ${given}, write ${wanted}`);
}

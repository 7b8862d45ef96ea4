import type { ResourceLimits, TransferListItem } from "node:worker_threads";
import { checkOptionKeys } from "../../base/options.ts";
import { checkTarget } from "../../callable/form/check-target.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import type { StartMethodName, Stdio } from "../../start/start-method.ts";
import { checkLimits, checkProgramOptions, type ProgramOptions, programKeys, refuseOption } from "./program-options.ts";

/** The options of a Process. */
export interface ProcessOptions<Args extends readonly unknown[] = readonly unknown[]> extends ProgramOptions {
  /** The target's arguments; copied when the process starts. Default: none. */
  readonly args?: Readonly<Args>;
  /** Default: `Process-1`, `Process-2`…; a child's second child is `Process-1:2`. */
  readonly name?: string;
  /** Terminated, rather than waited for, when the parent ends; may not have children. Default: as the creator. */
  readonly daemon?: boolean;
  /** Default: the start method of the class's context, or the one that `setStartMethod()` set, or `"thread"`. */
  readonly startMethod?: StartMethodName;
  /** Default: `"ignore"`: the child reads an empty input. */
  readonly stdin?: Stdio;
  /** Default: `"inherit"`. */
  readonly stdout?: Stdio;
  /** Default: `"inherit"`. */
  readonly stderr?: Stdio;
  /**
   * Limits of the memory, in MB. A thread gets them as they are, a process by `spawn` and `forkserver` as options of
   * V8; those have no limit of the code range, and a child by `fork` has the heap of its parent. A child that needs
   * more ends with a {@link WorkerDiedError}, whose `cause` has the code `ERR_WORKER_OUT_OF_MEMORY`. Default: none.
   */
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
  ...programKeys,
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
  const { args, name, daemon, signal, transferList } = options;
  checkProgramOptions(attempt, options);
  checkLimits(attempt, options.resourceLimits);
  if (args !== undefined && !Array.isArray(args)) fail("args", args, "an array: { args: [2] }");
  if (name !== undefined) checkName(name);
  if (daemon !== undefined && typeof daemon !== "boolean") fail("daemon", daemon, "true or false");
  if (signal !== undefined && !(signal instanceof AbortSignal)) fail("signal", signal, "an AbortSignal");
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

const attempt = "create a Process";

function fail(option: string, value: unknown, wanted: string): never {
  return refuseOption(attempt, option, value, wanted);
}

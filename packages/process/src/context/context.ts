import { BufferTooShortError, ManyhandsError, ProcessStateError, TimeoutError } from "../base/errors.ts";
import { inspected } from "../base/inspected.ts";
import { checkOptionKeys } from "../base/options.ts";
import type { MemoryReach } from "../base/shareable.ts";
import { AuthenticationError } from "../connection/connection-error.ts";
import { Manager } from "../manager/api/manager.ts";
import { serveManager } from "../manager/server/serve-manager.ts";
import { Pool } from "../pool/api/pool.ts";
import { ProcessPoolExecutor } from "../pool/api/process-pool-executor.ts";
import { work } from "../pool/worker/work-in-process.ts";
import { activeChildren, currentProcess } from "../process/child/current-process.ts";
import { parentProcess } from "../process/child/parent-process.ts";
import { runInherited } from "../process/child/run-inherited.ts";
import { cpuCount } from "../process/info/cpu-count.ts";
import { registerProgram, registerRunInherited } from "../process/info/inherited-child.ts";
import { getLogger, logToStderr } from "../process/info/logger.ts";
import { observeProgram } from "../process/info/observe.ts";
import { defaultStartMethod, fixedStartMethod, fixStartMethod } from "../process/parent/default-start-method.ts";
import { Process } from "../process/parent/process.ts";
import { setExecutable } from "../start/child/executable.ts";
import { programUrl } from "../start/child/program-url.ts";
import { startMethod, startMethodNames } from "../start/method/start-methods.ts";
import type { StartMethodName } from "../start/start-method.ts";
import { setForkserverPreload } from "./forkserver-preload.ts";
import { type SharedClasses, sharedClasses } from "./shared-classes.ts";

/**
 * The API bound to one start method. Its processes and pools use that start method unless they name another one, and
 * its shared objects are in memory that its children see.
 *
 * @example
 * const { Process } = getContext("spawn");
 * new Process(job).start();
 */
export interface Context extends SharedClasses {
  /** The class {@link Process}, bound to the context's start method. */
  readonly Process: typeof Process;
  /** The class {@link Pool}, bound to the context's start method. */
  readonly Pool: typeof Pool;
  /** The class {@link Manager}, bound to the context's start method. */
  readonly Manager: typeof Manager;
  /** The class {@link ProcessPoolExecutor}, bound to the context's start method. */
  readonly ProcessPoolExecutor: typeof ProcessPoolExecutor;
  readonly currentProcess: typeof currentProcess;
  readonly parentProcess: typeof parentProcess;
  readonly activeChildren: typeof activeChildren;
  readonly cpuCount: typeof cpuCount;
  readonly getLogger: typeof getLogger;
  readonly logToStderr: typeof logToStderr;
  readonly setExecutable: typeof setExecutable;
  readonly setForkserverPreload: typeof setForkserverPreload;
  readonly ManyhandsError: typeof ManyhandsError;
  readonly TimeoutError: typeof TimeoutError;
  readonly BufferTooShortError: typeof BufferTooShortError;
  readonly AuthenticationError: typeof AuthenticationError;
  /** A context by name; this one when no name is given. */
  getContext(method?: StartMethodName): Context;
  getStartMethod(): StartMethodName;
  /** @throws {ProcessStateError} always: a context's start method cannot be changed. */
  setStartMethod(method: StartMethodName): never;
  getAllStartMethods(): StartMethodName[];
}

observeProgram();
registerRunInherited(runInherited);
registerProgram(() => programUrl("pool-process"), work);
registerProgram(() => programUrl("manager"), serveManager);

const contexts = new Map<StartMethodName, Context>();

/**
 * The API bound to one start method.
 *
 * @param method default: the default start method, which this call fixes.
 * @throws {RangeError} when there is no such start method on this machine.
 */
export function getContext(method: StartMethodName = defaultStartMethod()): Context {
  const { name, reach } = startMethod(method);
  const context = contexts.get(name) ?? makeContext(name, reach);
  contexts.set(name, context);
  return context;
}

function makeContext(name: StartMethodName, reach: MemoryReach): Context {
  const context: Context = {
    ...sharedClasses(reach),
    ...bind(name),
    currentProcess,
    parentProcess,
    activeChildren,
    cpuCount,
    getLogger,
    logToStderr,
    setExecutable,
    setForkserverPreload,
    ManyhandsError,
    TimeoutError,
    BufferTooShortError,
    AuthenticationError,
    getContext: (method) => (method === undefined ? context : getContext(method)),
    getStartMethod: () => name,
    setStartMethod() {
      throw new ProcessStateError(
        `Cannot set the start method of the "${name}" context: write getContext(method), or the module's own setStartMethod()`,
      );
    },
    getAllStartMethods: startMethodNames,
  };
  // Not enumerable, so that a copy of the context is not taken for it.
  const text = () => `${capitalized(name)}Context`;
  Object.defineProperties(context, { toString: { value: text }, [inspected]: { value: text } });
  return context;
}

function capitalized(name: string): string {
  return `${name[0]?.toUpperCase()}${name.slice(1)}`;
}

function bind(name: StartMethodName): Pick<Context, "Process" | "Pool" | "ProcessPoolExecutor" | "Manager"> {
  // The properties give the classes their names, which users see.
  return {
    Process: class extends Process {
      static override readonly startMethod = name;
      protected override get typeName(): string {
        return this.constructor.name === "Process" ? `${capitalized(name)}Process` : super.typeName;
      }
    } as typeof Process,
    Pool: class extends Pool {
      static override readonly startMethod = name;
    },
    Manager: class extends Manager {
      static override readonly startMethod = name;
    },
    ProcessPoolExecutor: class extends ProcessPoolExecutor {
      static override readonly startMethod = name;
    },
  };
}

/** The start methods that are available on this machine, the default first. */
export function getAllStartMethods(): StartMethodName[] {
  return startMethodNames();
}

/** The start method of processes that name none. */
export function getStartMethod(): StartMethodName;
/**
 * @param options.allowNone returns `null`, and fixes nothing, when it was neither set nor used before. Default: false.
 */
export function getStartMethod(options: { readonly allowNone?: boolean }): StartMethodName | null;
export function getStartMethod(options: { readonly allowNone?: boolean } = {}): StartMethodName | null {
  checkOptionKeys("getStartMethod", options, ["allowNone"]);
  return options.allowNone === true ? fixedStartMethod() : defaultStartMethod();
}

/**
 * Sets the start method of processes that name none, once in a program.
 *
 * @param method `null` with `force` undoes an earlier choice.
 * @param options.force whether to change it even when it was set or used before. Default: false.
 * @throws {ProcessStateError} when it was set or used before; {RangeError} when there is no such start method here.
 */
export function setStartMethod(method: StartMethodName | null, options: { readonly force?: boolean } = {}): void {
  checkOptionKeys("setStartMethod", options, ["force"]);
  fixStartMethod(method, options.force === true);
}

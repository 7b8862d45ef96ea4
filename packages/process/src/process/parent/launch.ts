import type { ResourceLimits, TransferListItem } from "node:worker_threads";
import { ProcessStateError } from "../../base/errors.ts";
import { explainDenied } from "../../base/permission.ts";
import { collectRollbacks } from "../../base/send-rollback.ts";
import { framesOf, showCaller } from "../../base/stack.ts";
import type { Target } from "../../callable/form/target.ts";
import { importedModule } from "../../callable/load/import-state.ts";
import { packSubclass } from "../../callable/pack/pack-subclass.ts";
import { packTarget } from "../../callable/pack/pack-target.ts";
import { packValue } from "../../callable/pack/pack-value.ts";
import { withCloneErrors } from "../../codec/encode.ts";
import { publishThreadTable } from "../../memory/thread-table.ts";
import { type InheritedArguments, inheritSockets } from "../../socket/inherited-sockets.ts";
import { inheritedExecArgv } from "../../start/child/exec-argv.ts";
import { limitOptions } from "../../start/child/resource-limits.ts";
import type { Child, InheritedRun, LaunchSpec, StartMethod } from "../../start/start-method.ts";
import { takeContext } from "../../storage/carried-context.ts";
import { inheritContext } from "../../storage/inherited-context.ts";
import type { Identity } from "../info/identity.ts";
import { type InheritedWork, registeredRunInherited } from "../info/inherited-child.ts";
import { identity } from "../info/process-identity.ts";
import type { StartMessage } from "../info/start-message.ts";
import type { ProcessOptions } from "./process-options.ts";
import { refuseForThreads } from "./program-options.ts";
import { type ChildSettings, StartedChild } from "./started-child.ts";

/** A Process that is to be started. */
export interface LaunchRequest {
  readonly method: StartMethod;
  readonly name: string;
  readonly lineage: readonly number[];
  readonly daemon: boolean;
  /** As {@link Identity.servesParent}. */
  readonly servesParent: boolean;
  readonly target: Target | undefined;
  /** The Process itself, when its class overrides `run()`. */
  readonly subclass: object | null;
  /** For a child by `fork`: makes the Process the child's current one. */
  readonly becomeCurrent: InheritedWork["becomeCurrent"];
  readonly options: ProcessOptions;
  readonly startedFrom: ChildSettings["startedFrom"];
}

/**
 * Starts a child. All checks run before the child exists.
 *
 * @throws {ProcessStateError} when this process may not have children.
 * @throws {TargetError} or {CloneError} when target, arguments or fields cannot be sent.
 * @throws {ManyhandsError} with `code` `ERR_MANYHANDS_PERMISSION` when Node's permission model forbids it.
 */
export function launch(request: LaunchRequest): StartedChild {
  try {
    return launchChecked(request);
  } catch (cause) {
    const error = explainDenied(cause, `Cannot start ${request.name} by "${request.method.name}"`);
    showCaller(error, framesOf(request.startedFrom));
    throw error;
  }
}

function launchChecked(request: LaunchRequest): StartedChild {
  const { method, name, daemon, servesParent, options, startedFrom } = request;
  checkMayHaveChildren(name);
  options.signal?.throwIfAborted();
  refuseForThreads(name, method.name, options);
  if (method.reach === "thread") publishThreadTable();
  const { message: handle, rollback } = collectRollbacks(() => createChild(request));
  // Registered before StartedChild's own handler, so that the resources are free before the user's code sees the exit.
  void handle.exited.then(rollback);
  // V8 keeps the objects on a stack, such as the pool that starts this worker, until it has formatted the text.
  if (servesParent) void startedFrom.stack;
  const child = new StartedChild(handle, {
    name,
    lineage: request.lineage,
    daemon,
    servesParent,
    startMethod: method.name,
    startedFrom,
  });
  if (options.signal !== undefined) child.terminateOnAbort(options.signal);
  return child;
}

function createChild(request: LaunchRequest): Child {
  const { method, name, options } = request;
  const {
    args = [],
    stdin = "ignore",
    stdout = "inherit",
    stderr = "inherit",
    env,
    execArgv,
    resourceLimits,
  } = options;
  const transferList: TransferListItem[] = [...(options.transferList ?? [])];
  if (method.inherits === true && execArgv !== undefined) {
    throw new TypeError(
      `Cannot start ${name} by "${method.name}": execArgv are set, and it runs in its parent's Node, whose options do ` +
        'not change after the start; write startMethod: "spawn"',
    );
  }
  const limits = resourceLimits === undefined ? {} : limitsFor(method, name, resourceLimits, execArgv);
  const inherited = method.inherits === true ? inheritSockets(args) : null;
  const runInherited = inherited && inheritedRun(request, inherited);
  const startMessage = runInherited === null ? packStartMessage(request, transferList) : null;
  const modules = startMessage === null ? [] : modulesOf(startMessage);
  const streams = { stdin, stdout, stderr };
  const { parent, mainModule } = identityOf(request);
  const origin = { parent, mainModule };
  const nodeOptions = { env, execArgv, resourceLimits, ...limits };
  const clonable = request.subclass === null ? args : { ...request.subclass, args };
  const errorContext = { reach: method.reach, path: request.subclass === null ? "args" : "this", transferList };
  const cloning = <T>(clone: () => T) => withCloneErrors(clonable, errorContext, clone);
  const payload = { startMessage, cloning, runInherited, modules, transferList };
  try {
    return method.launch({ name, ...payload, ...origin, ...streams, ...nodeOptions });
  } finally {
    inherited?.close();
  }
}

function packStartMessage(request: LaunchRequest, transferList: TransferListItem[]): StartMessage {
  const { method, options, target, subclass } = request;
  const args = options.args ?? [];
  // A service runs the calls of others, which bring their own values.
  const context = request.servesParent ? undefined : takeContext(method.reach);
  return {
    identity: identityOf(request),
    target: target === undefined ? null : packTarget(target, { reach: method.reach, transferList }),
    args: packValue(args, "args", method.reach, transferList),
    subclass: subclass && packSubclass(subclass, { reach: method.reach, transferList }),
    argv: argvOf(options),
    ...setupOf(options),
    ...(context !== undefined && { context }),
  };
}

// A child by `fork` has target and arguments in its memory, so that nothing is packed. Descriptors are copied.
function inheritedRun(request: LaunchRequest, inherited: InheritedArguments): InheritedRun {
  const { target, options, becomeCurrent } = request;
  const given = { identity: identityOf(request), argv: argvOf(options), ...setupOf(options) };
  const { prepare, run } = registeredRunInherited();
  const enter = inheritContext(request.servesParent);
  const work = () => ({ target, args: inherited.open(), becomeCurrent });
  return { prepare, run: (openChannel) => void enter(() => run(openChannel(), given, work())) };
}

function setupOf({ cwd, nice }: ProcessOptions): Pick<StartMessage, "setup"> {
  return cwd === undefined && nice === undefined ? {} : { setup: { cwd: cwd ?? null, nice: nice ?? null } };
}

/** The limits of a thread are given to Node; those of a process are options of V8. */
function limitsFor(
  method: StartMethod,
  name: string,
  limits: ResourceLimits,
  execArgv: readonly string[] = inheritedExecArgv(),
): Partial<LaunchSpec> {
  if (method.reach === "thread") return {};
  if (method.inherits === true) {
    throw new TypeError(
      `Cannot start ${name} by "${method.name}": resourceLimits are set, and its heap is its parent's, whose limits ` +
        'V8 does not change after the start; write startMethod: "spawn"',
    );
  }
  return { execArgv: [...execArgv, ...limitOptions(name, limits)], resourceLimits: undefined };
}

function argvOf(options: ProcessOptions): string[] {
  return [process.argv[1] ?? "", ...(options.argv ?? process.argv.slice(2))];
}

// Without the main module: a fork server that imported it would run the program.
function modulesOf({ identity, target, subclass, args }: StartMessage): string[] {
  const packed = [target, subclass?.type].filter((one) => one !== undefined && one !== null);
  const modules = packed.flatMap((one) => (one.by === "reference" ? [one.module] : one.function.modules));
  return [...new Set([...modules, ...args.modules])].filter((module) => module !== identity.mainModule);
}

function identityOf({
  method,
  name,
  lineage,
  daemon,
  servesParent,
}: LaunchRequest): Identity & { parent: LaunchSpec["parent"] } {
  const { threadId } = process.getBuiltinModule("node:worker_threads");
  const own = identity();
  const parent = { pid: process.pid, threadId, name: own.name };
  const { authKey, mainModule, logging, observed } = own;
  const startMethod = method.name;
  return { name, lineage, daemon, servesParent, startMethod, authKey, parent, mainModule, logging, observed };
}

function checkMayHaveChildren(name: string): void {
  const own = identity();
  if (own.parent !== null && own.daemon) {
    throw new ProcessStateError(
      `Cannot start ${name}: its creator ${own.name} is a daemon, and daemons may not have children; make ${own.name} with { daemon: false }`,
    );
  }
  refuseWhileImporting(name);
}

/**
 * Refuses to start a process or worker in a child or a fork server that is importing a module: what the module starts
 * would import it too, and so on without end.
 *
 * Source: Python's RuntimeError "before the current process has finished its bootstrapping phase".
 *
 * @throws {ProcessStateError} with the guard to write.
 */
export function refuseWhileImporting(name: string): void {
  const own = identity();
  const module = own.parent === null ? undefined : importedModule();
  if (module === undefined) return;
  const isMainModule = module === own.mainModule;
  const which = isMainModule ? "the program's main module" : module;
  const guard = isMainModule ? "isMain(import.meta)" : "parentProcess() === null";
  throw new ProcessStateError(
    `Cannot start ${name}: ${own.name} is importing ${which} to find a target, and would start the program's children ` +
      `again; start children in a function that the program calls, or in the main process only: if (${guard}) { … }`,
  );
}

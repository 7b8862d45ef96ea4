import type { TransferListItem } from "node:worker_threads";
import { crossing } from "../../base/crossing.ts";
import { ProcessStateError } from "../../base/errors.ts";
import type { Target } from "../../callable/form/target.ts";
import { packFunction, packTarget } from "../../callable/pack/pack-target.ts";
import { packValue } from "../../callable/pack/pack-value.ts";
import type { Channel } from "../../channel/channel.ts";
import { cloning } from "../../codec/encode.ts";
import { shareWithThreads } from "../../memory/announce-exit.ts";
import type { Child, StartMethod } from "../../start/start-method.ts";
import { isImporting } from "../info/import-state.ts";
import { type Inherited, inheriting } from "../info/inherited-child.ts";
import { type Identity, identity } from "../info/process-identity.ts";
import type { Boot } from "../info/start-message.ts";
import { type Birth, Life } from "./child-life.ts";
import type { ProcessOptions } from "./process-options.ts";

/** All that is known of a Process when it is started. */
export interface Plan {
  readonly method: StartMethod;
  readonly name: string;
  readonly lineage: readonly number[];
  readonly daemon: boolean;
  readonly target: Target | undefined;
  /** The Process itself, when its class overrides `run()`. */
  readonly subclass: object | null;
  /** Makes the Process the own one of a child that inherits it. @param job runs the target. */
  readonly become: Inherited["become"];
  readonly options: ProcessOptions;
  readonly calledFrom: Birth["calledFrom"];
}

/**
 * Brings a child into the world. Everything that can be refused is refused first.
 *
 * @throws {ProcessStateError} when this process may not have children.
 * @throws {TargetError} or {CloneError} when target, arguments or fields cannot cross.
 */
export function launch(plan: Plan): Life {
  const { method, name, daemon, options, calledFrom } = plan;
  refuseParenthood(name);
  options.signal?.throwIfAborted();
  if (options.resourceLimits !== undefined && method.reach === "process") {
    throw new TypeError(
      `Cannot start ${name}: resourceLimits are for threads, and it is started by "${method.name}"; ` +
        'write { execArgv: ["--max-old-space-size=64"] }, in MB',
    );
  }
  if (method.reach === "thread") shareWithThreads();
  const { message: child, giveUp } = crossing(() => bear(plan));
  // What was kept for it is given up before anybody hears that it has ended.
  void child.exited.then(giveUp);
  const life = new Life(child, { name, daemon, startMethod: method.name, calledFrom });
  if (options.signal !== undefined) life.endWith(options.signal);
  return life;
}

function bear(plan: Plan): Child {
  const { method, name, options } = plan;
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
  const live = method.inherits === true ? liveOf(plan) : null;
  const boot = live === null ? packBoot(plan, transferList) : null;
  const modules = boot === null ? [] : modulesOf(boot);
  const spec = { name, boot, live, modules, transferList, stdin, stdout, stderr, env, execArgv, resourceLimits };
  if (live !== null) return method.launch(spec);
  const clonable = plan.subclass === null ? args : { ...plan.subclass, args };
  const refused = { reach: method.reach, path: plan.subclass === null ? "args" : "this", transferList };
  return cloning(clonable, refused, () => method.launch(spec));
}

function packBoot(plan: Plan, transferList: TransferListItem[]): Boot {
  const { method, options } = plan;
  const args = options.args ?? [];
  return {
    identity: inherit(plan),
    target: plan.target === undefined ? null : packTarget(plan.target, { reach: method.reach, transferList }),
    args: packValue(args, "args", method.reach, transferList),
    subclass: plan.subclass && {
      type: packFunction(plan.subclass.constructor, { reach: method.reach, transferList }),
      fields: packValue({ ...plan.subclass }, "this", method.reach, transferList),
    },
    argv: argvOf(options),
    piped: pipedOf(options),
  };
}

// A child that inherits everything calls what the parent would have packed.
function liveOf(plan: Plan): (channel: Channel) => void {
  const { target, options, become } = plan;
  const given = { identity: inherit(plan), argv: argvOf(options) };
  return (channel) => void inheriting.run?.(channel, given, { target, args: options.args ?? [], become });
}

function argvOf(options: ProcessOptions): string[] {
  return [process.argv[1] ?? "", ...(options.argv ?? process.argv.slice(2))];
}

// stderr passes through the parent also when it is inherited, so that a death can be told with its last words.
function pipedOf({ stdout, stderr }: ProcessOptions): Boot["piped"] {
  return [...(stdout === "pipe" ? (["stdout"] as const) : []), ...(stderr !== "ignore" ? (["stderr"] as const) : [])];
}

// The main module is the program itself: imported, it would run again.
function modulesOf({ identity, target, subclass, args }: Boot): string[] {
  const packed = [target, subclass?.type].filter((one) => one !== undefined && one !== null);
  const modules = packed.flatMap((one) => (one.by === "reference" ? [one.module] : one.function.modules));
  return [...new Set([...modules, ...args.modules])].filter((module) => module !== identity.mainModule);
}

function inherit({ method, name, lineage, daemon }: Plan): Identity {
  const { threadId } = process.getBuiltinModule("node:worker_threads");
  const own = identity();
  const parent = { pid: process.pid, threadId, name: own.name };
  const { authKey, mainModule, logging } = own;
  return { name, lineage, daemon, startMethod: method.name, authKey, parent, mainModule, logging };
}

function refuseParenthood(name: string): void {
  const own = identity();
  if (own.parent !== null && own.daemon) {
    throw new ProcessStateError(
      `Cannot start ${name}: its creator ${own.name} is a daemon, and daemons may not have children; make ${own.name} with { daemon: false }`,
    );
  }
  if (isImporting()) {
    throw new ProcessStateError(
      `Cannot start ${name}: this is a child that imports the program's main module to find its target, and would start the program's ` +
        "children again; guard what only the program itself does: if (isMain(import.meta)) { … }",
    );
  }
}

import { answerOf, isThenable } from "../../callable/form/answer.ts";
import { registerPackageClassLoader } from "../../callable/form/package-class.ts";
import { loadTarget } from "../../callable/load/load-target.ts";
import { unpackValue } from "../../callable/load/unpack-value.ts";
import type { Channel } from "../../channel/channel.ts";
import { blockStdio } from "../../posix/fork/blocking-stdio.ts";
import { loadLostModules } from "../../start/child/lost-loaders.ts";
import type { CarriedContext, EnterContext } from "../../storage/carried-context.ts";
import { observeChild } from "../info/observe.ts";
import { adoptIdentity } from "../info/process-identity.ts";
import { setUpProcess } from "../info/process-setup.ts";
import type { StartMessage } from "../info/start-message.ts";
import { RunningChild } from "./running-child.ts";

/**
 * Runs a child, from its first message to its exit.
 *
 * The child does not exit when the target returns: like any Node program, it runs until nothing is open, and its exit
 * handlers run. An uncaught error ends it at once.
 */
export async function runChild(channel: Channel, message: StartMessage): Promise<void> {
  adoptIdentity(message.identity);
  observeChild();
  if (channel.reach === "process") blockStdio();
  process.argv = [process.execPath, ...message.argv];
  const child = new RunningChild(channel, message.identity.name);
  try {
    if (message.setup !== undefined) setUpProcess(message.setup);
    const loading = channel.reach === "thread" ? loadLostModules() : undefined;
    if (loading !== undefined) await loading;
    const run = await unpack(message);
    const enter = message.context && (await enterFor(message.context));
    child.begin();
    const answer = enter === undefined ? answerOf(run()) : enter(() => answerOf(run()));
    // Without a turn of the microtask queue: the target may have scheduled the end of this process.
    await child.succeed(isThenable(answer) ? await answer : answer);
  } catch (error) {
    child.fail(error);
  }
}

async function enterFor(context: CarriedContext): Promise<EnterContext> {
  const { loadContext } = await import("../../storage/load-context.ts");
  return loadContext(context);
}

registerPackageClassLoader("Process", () => import("../parent/process.ts"));

// The parent's side of a process is imported only by a child that needs it: one that runs a subclass, has children, or
// reads currentProcess(). What every child loads adds to every start.
async function unpack({ target, args, subclass }: StartMessage): Promise<() => unknown> {
  const [type, fn] = await Promise.all([
    subclass && (loadTarget(subclass.type) as Promise<unknown>),
    target && loadTarget(target),
  ]);
  const given = (await unpackValue(args)) as unknown[];
  const job = () => fn?.(...given);
  if (subclass === null) return job;
  const { becomeCurrent } = await import("./current-process.ts");
  const self = Object.assign(becomeCurrent(job, type), await unpackValue(subclass.fields));
  return () => self.run();
}

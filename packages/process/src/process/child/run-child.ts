import { answerOf } from "../../callable/form/answer.ts";
import { offerOwnClass } from "../../callable/form/own-class.ts";
import { loadTarget } from "../../callable/load/load-target.ts";
import { unpackValue } from "../../callable/load/unpack-value.ts";
import type { Channel } from "../../channel/channel.ts";
import { blockStdio } from "../../posix/fork/blocking-stdio.ts";
import { whileImporting } from "../info/import-state.ts";
import { adoptIdentity } from "../info/process-identity.ts";
import type { Boot } from "../info/start-message.ts";
import { RunningChild } from "./running-child.ts";

/**
 * Lives a child's life, from its first message to its end.
 *
 * The target's end is not the child's: as any program of Node, it goes on while something is open, and its exit handlers
 * run. An error that nobody catches ends it at once.
 */
export async function runChild(channel: Channel, boot: Boot): Promise<void> {
  adoptIdentity(boot.identity);
  if (channel.reach === "process") blockStdio(boot.piped);
  process.argv = [process.execPath, ...boot.argv];
  const child = new RunningChild(channel, boot.identity.name);
  try {
    const run = await unpack(boot);
    child.begin();
    await child.succeed(await answerOf(run()));
  } catch (error) {
    child.fail(error);
  }
}

offerOwnClass("Process", () => import("../parent/process.ts"));

// The parent's side of a process is loaded only by a child that needs it: one that is of a class of its own, has children, or
// asks who it is. What every child loads is what every start costs.
async function unpack({ target, args, subclass }: Boot): Promise<() => unknown> {
  const packed = subclass?.type ?? target;
  const importing = packed?.by === "reference" ? packed.module : null;
  const [type, fn] = await whileImporting(importing, () =>
    Promise.all([subclass && (loadTarget(subclass.type) as Promise<unknown>), target && loadTarget(target)]),
  );
  const given = (await unpackValue(args)) as unknown[];
  const job = () => fn?.(...given);
  if (subclass === null) return job;
  const { becomeCurrent } = await import("./current-process.ts");
  const self = Object.assign(becomeCurrent(job, type), await unpackValue(subclass.fields));
  return () => self.run();
}

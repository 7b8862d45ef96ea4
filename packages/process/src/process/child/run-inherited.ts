import { answerOf, isThenable } from "../../callable/form/answer.ts";
import type { AnyFunction } from "../../callable/form/target.ts";
import { loadTarget } from "../../callable/load/load-target.ts";
import { packReference } from "../../callable/pack/module-reference.ts";
import { type RunInherited, registeredProgram } from "../info/inherited-child.ts";
import { observeChild } from "../info/observe.ts";
import { adoptIdentity } from "../info/process-identity.ts";
import { setUpProcess } from "../info/process-setup.ts";
import { useInheritedModules } from "./import-in-fork.ts";
import { RunningChild } from "./running-child.ts";

export const runInherited: RunInherited = { prepare: useInheritedModules, run };

/**
 * Runs a child by `fork`, as `runChild` runs other children. Target and arguments are in its memory: none is
 * unpacked.
 */
async function run(...[channel, given, work]: Parameters<RunInherited["run"]>): Promise<void> {
  const { target, args, becomeCurrent } = work;
  adoptIdentity(given.identity);
  observeChild();
  process.argv = [process.execPath, ...given.argv];
  const child = new RunningChild(channel, given.identity.name);
  try {
    if (given.setup !== undefined) setUpProcess(given.setup);
    const reference = target === undefined || typeof target === "function" ? null : packReference(target);
    const fn = reference === null ? target : (registeredProgram(reference.module) ?? (await loadTarget(reference)));
    const self = becomeCurrent(() => (fn as AnyFunction | undefined)?.(...args));
    child.begin();
    const answer = answerOf(self.run());
    // Without a turn of the microtask queue: the target may have scheduled the end of this process.
    await child.succeed(isThenable(answer) ? await answer : answer);
  } catch (error) {
    child.fail(error);
  }
}

import { answerOf } from "../../callable/form/answer.ts";
import type { AnyFunction } from "../../callable/form/target.ts";
import { loadTarget } from "../../callable/load/load-target.ts";
import { packReference } from "../../callable/pack/module-reference.ts";
import type { RunInherited } from "../info/inherited-child.ts";
import { adoptIdentity } from "../info/process-identity.ts";
import { RunningChild } from "./running-child.ts";

/** Lives the life of a child that inherits everything: as `runChild`, but nothing has to be unpacked. */
export const runInherited: RunInherited = async (channel, given, { target, args, become }) => {
  adoptIdentity(given.identity);
  process.argv = [process.execPath, ...given.argv];
  const child = new RunningChild(channel, given.identity.name);
  try {
    const reference = target === undefined || typeof target === "function" ? null : packReference(target);
    const fn = reference === null ? target : await loadTarget(reference);
    const self = become(() => (fn as AnyFunction | undefined)?.(...args));
    child.begin();
    await child.succeed(await answerOf(self.run()));
  } catch (error) {
    child.fail(error);
  }
};

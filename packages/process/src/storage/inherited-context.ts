import { isForkReady } from "../posix/fork/fork-readiness.ts";
import { type EnterContext, enterAll } from "./carried-context.ts";
import { carriedStorages } from "./carry-context.ts";

const runHere: EnterContext = (run) => run();

// Runs a function in the context in which this package was loaded: that of the program, and of no call.
const runOutside: EnterContext | undefined = isForkReady()
  ? process.getBuiltinModule("node:async_hooks").AsyncLocalStorage.snapshot()
  : undefined;

/**
 * Takes the context for a child whose memory is a copy of this one's. From Node 24 on, such a child runs in the
 * context of the fork; before that, in none.
 *
 * @param isService whether the child runs the calls of others, which bring their own values.
 */
export function inheritContext(isService: boolean): EnterContext {
  if (isService) return runOutside ?? runHere;
  return enterAll([...carriedStorages.values()].map((storage) => [storage, storage.value]));
}

import { libc } from "./libc.ts";
import { internals } from "./pending.ts";

/** Why the stack cannot be abandoned where this is called; `null` when it can. */
export function cannotAbandonStack(): string | null {
  if (Number(process.versions.node.split(".")[0]) < 22) {
    return `start method "fork" needs Node 22 or newer, and this is ${process.version}; fork() of @manyhands/process/posix works here`;
  }
  const { executionAsyncResource } = process.getBuiltinModule("node:async_hooks");
  // Node walks a list there, and would stumble over where it was left.
  if (executionAsyncResource()?.constructor?.name === "Immediate") {
    return "it is started in a setImmediate callback; await something first";
  }
  return null;
}

/**
 * Ends all JavaScript that is under way, in a forked child: neither `catch` nor `finally` runs, nothing of it goes on. The
 * event loop then takes its next round.
 *
 * V8 terminates an execution so for a debugger or a watchdog, and can go on afterwards.
 */
export function abandonStack(): never {
  const { executionAsyncResource } = process.getBuiltinModule("node:async_hooks");
  const current = executionAsyncResource() as { hasRef?(): boolean; constructor?: { name: string } } | undefined;
  if (current?.constructor?.name === "Timeout" && current.hasRef?.()) {
    // Its callback is never come back from, where it would have been counted off.
    (internals("internal/timers") as { decRefCount(): void }).decRefCount();
  }
  (internals("internal/async_hooks") as { clearAsyncIdStack(): void }).clearAsyncIdStack();
  libc().terminateExecution();
  for (;;);
}

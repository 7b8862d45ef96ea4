import type { AnyFunction } from "../../callable/form/target.ts";

/**
 * A caller's callback, made safe to call from anywhere: it runs in the `AsyncLocalStorage` context of whoever gave it, and
 * what it throws is told as a warning and harms nobody else.
 */
export function guarded<A extends unknown[]>(callback: (...args: A) => unknown): (...args: A) => void {
  const inContext = process.getBuiltinModule("node:async_hooks").AsyncResource.bind(callback as AnyFunction);
  return (...args) => {
    try {
      inContext(...args);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : new Error(String(error)));
    }
  };
}

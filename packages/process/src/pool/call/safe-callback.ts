import { describeThrown } from "../../base/thrown.ts";
import type { AnyFunction } from "../../callable/form/target.ts";

/**
 * Wraps a user's callback, so that the pool can call it from anywhere. The callback runs in the `AsyncLocalStorage`
 * context in which it was wrapped. An error that it throws becomes a warning.
 */
export function safeCallback<A extends unknown[]>(callback: (...args: A) => unknown): (...args: A) => void {
  const inContext = process.getBuiltinModule("node:async_hooks").AsyncResource.bind(callback as AnyFunction);
  return (...args) => {
    try {
      inContext(...args);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : new Error(describeThrown(error)));
    }
  };
}

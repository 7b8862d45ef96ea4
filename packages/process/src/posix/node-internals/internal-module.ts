import { lazyRequire } from "../../base/lazy-require.ts";
import { examinePart, expectPart, type InternalCheck } from "./internal-check.ts";

/** Requires an internal module of Node, as `--expose-internals` allows: an option of fork-ready processes. */
export function requireInternal<T>(name: string): T {
  return lazyRequire<T>(name);
}

/** Whether `--expose-internals` makes the internal modules available that a fork uses. */
export function check(): InternalCheck {
  const names = ["internal/timers", "internal/async_hooks", "internal/fixed_queue", "internal/worker"];
  return examinePart("internal modules", () => {
    for (const name of names) expectPart(requireInternal(name) instanceof Object, `require("${name}") to be an object`);
    return names.join(", ");
  });
}

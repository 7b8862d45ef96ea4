import { TargetError } from "../../base/errors.ts";
import type { Callable } from "../form/target.ts";
import { hasWeakIdentity } from "../form/weak-identity.ts";
import { syntax } from "../source/load-syntax.ts";
import type { CapturePath } from "./capture-path.ts";

/**
 * Whether a variable holds the map or the set in which a compiler keeps a private member of objects: `#n` as esbuild,
 * tsc, swc or Babel write it for an older target. Objects with private members are not copied, so the child begins with
 * an empty one.
 *
 * @param fn the function that names the variable.
 * @throws {TargetError} when it is a static member: the class is a key, which the child's map would lack.
 */
export function isCompiledPrivate(
  name: string,
  value: unknown,
  fn: Callable,
  path: CapturePath,
): value is WeakMap<WeakKey, unknown> | WeakSet<WeakKey> {
  const { isWeakMap, isWeakSet } = process.getBuiltinModule("node:util").types;
  if (!isWeakMap(value) && !isWeakSet(value)) return false;
  // Functions that a class shares the map with may use it in other ways.
  if (!hasWeakIdentity(value) && !syntax().namesCompiledPrivate(Function.prototype.toString.call(fn), name))
    return false;
  if (!value.has(fn)) return true;
  throw new TargetError(
    `${path.messageStart(value)} holds a private static member that a compiler has replaced; ` +
      "compile the class for ES2022 or newer",
  );
}

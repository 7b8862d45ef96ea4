/**
 * Whether an object is a module: as ECMAScript, CommonJS, its transpilers, Vite or bundlers represent one. Only the
 * members of a module that are used must be sendable.
 */
export function isNamespace(value: object): boolean {
  const { isModuleNamespaceObject } = process.getBuiltinModule("node:util").types;
  return (
    isModuleNamespaceObject(value) ||
    value instanceof process.getBuiltinModule("node:module").Module ||
    Object.hasOwn(value, "__esModule") ||
    Object.prototype.toString.call(value) === "[object Module]" ||
    isMadeByBundler(value)
  );
}

/**
 * The getter of a module's member, when it is a function of a bundler or a loader. It reads a variable that the module
 * may assign to later, or that has no value before the module is evaluated.
 */
export function memberGetter(namespace: object, member: string): (() => unknown) | undefined {
  const { get, set } = Object.getOwnPropertyDescriptor(namespace, member) ?? {};
  return set === undefined ? get : undefined;
}

// esbuild, Rolldown and webpack define getters that are functions, `{ K: () => K }`; Rollup freezes a literal with
// getters that inherits nothing. A program's own object with getters, `{ get k() {} }`, is neither.
function isMadeByBundler(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return false;
  const getters = Object.keys(value).map((member) => memberGetter(value, member));
  if (prototype === null && Object.isFrozen(value)) return getters.some((getter) => getter !== undefined);
  return getters.length > 0 && getters.every((getter) => getter !== undefined && !/^get\b/.test(String(getter)));
}

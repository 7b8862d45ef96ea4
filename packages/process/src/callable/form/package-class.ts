import type { Callable } from "./target.ts";

const names = new WeakMap<object, string>();
const classes = new Map<string, Callable>();
const loaders = new Map<string, () => Promise<unknown>>();

/**
 * Registers a class of this package to be sent by its name. The child then uses its own copy of the class, wherever
 * this package was loaded from in the parent. Without this, a class that a child rebuilds from its text would extend
 * another copy.
 */
export function registerPackageClass(name: string, packageClass: Callable): void {
  names.set(packageClass, name);
  classes.set(name, packageClass);
}

/** Registers a function that imports the module of a class, for a class that few children need. */
export function registerPackageClassLoader(name: string, load: () => Promise<unknown>): void {
  loaders.set(name, load);
}

/** Imports the module of a class that a message refers to, unless the class is registered already. */
export async function loadPackageClass(name: string): Promise<void> {
  if (!classes.has(name)) await loaders.get(name)?.();
}

/** Whether a class is registered, so that {@link packageClass} gives it. */
export function isClassLoaded(name: string): boolean {
  return classes.has(name);
}

/** The name of a registered class. */
export function packageClassName(value: object): string | undefined {
  return names.get(value);
}

/** The class that was registered by a name. */
export function packageClass(name: string): Callable {
  const found = classes.get(name);
  if (found === undefined) throw new Error(`Cannot find the class ${name}: it was not registered`);
  return found;
}

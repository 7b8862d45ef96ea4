import type { Callable } from "./target.ts";

const names = new WeakMap<object, string>();
const classes = new Map<string, Callable>();
const offers = new Map<string, () => Promise<unknown>>();

/**
 * Makes a class of this package cross by its name: in a child it is the one that the child itself has, wherever the package
 * was loaded from here. A class that a child makes of its text must extend that one.
 */
export function registerOwnClass(name: string, ownClass: Callable): void {
  names.set(ownClass, name);
  classes.set(name, ownClass);
}

/** Says what to load for a class to be registered, where it may not be needed. */
export function offerOwnClass(name: string, load: () => Promise<unknown>): void {
  offers.set(name, load);
}

/** Has a class registered that a message refers to. */
export async function loadOwnClass(name: string): Promise<void> {
  if (!classes.has(name)) await offers.get(name)?.();
}

/** The name of a class that was registered. */
export function ownClassName(value: object): string | undefined {
  return names.get(value);
}

/** The class that was registered by a name. */
export function ownClass(name: string): Callable {
  const found = classes.get(name);
  if (found === undefined) throw new Error(`Cannot find the class ${name}: it was not registered`);
  return found;
}

import { checkExposed } from "../session/exposed-methods.ts";

/** A function or class that creates an object for a manager to host. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant, only `any` takes every function
export type TypeFactory = ((...args: any[]) => unknown) | (new (...args: any[]) => unknown);

/** Which members of a type's objects can be called. */
export interface RegisterOptions {
  /** The names of the methods and getters that proxies have. Default: all public ones. */
  readonly exposed?: readonly string[];
  /**
   * Methods whose results stay in the manager and are returned as proxies: from a method's name to the name of a
   * type. Default: none.
   */
  readonly methodToType?: Readonly<Record<string, string>>;
}

/** A type that a manager can create objects of. `F` is its factory, or the packed form of that. */
export interface TypeRegistration<F = TypeFactory> extends RegisterOptions {
  readonly name: string;
  readonly factory: F;
}

/** @throws {TypeError} when the name or the options are invalid. */
export function checkRegistration(name: unknown, options: RegisterOptions): asserts name is string {
  if (typeof name !== "string" || !/^[A-Za-z]\w*$/.test(name)) {
    throw new TypeError(`Cannot register a type: its name is ${JSON.stringify(name)}, write a word`);
  }
  checkExposed(options.exposed ?? []);
}

/** Creates an object: calls a function, or a class with `new`. */
export function createObject(factory: TypeFactory, args: readonly unknown[]): unknown {
  const isClass = /^class\b/.test(Function.prototype.toString.call(factory));
  return isClass
    ? new (factory as new (...args: unknown[]) => unknown)(...args)
    : (factory as (...args: unknown[]) => unknown)(...args);
}

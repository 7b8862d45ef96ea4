import { checkExposed } from "../session/exposed-methods.ts";

/** Makes an object for a manager to host: a function, or a class. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant, only `any` takes every function
export type Factory = ((...args: any[]) => unknown) | (new (...args: any[]) => unknown);

/** What of a type's objects may be called. */
export interface RegisterOptions {
  /** The names of the methods and getters that proxies have. Default: all public ones. */
  readonly exposed?: readonly string[];
  /** Methods whose results stay in the manager and are given as proxies: from a method's name to the name of a type. Default: none. */
  readonly methodToType?: Readonly<Record<string, string>>;
}

/** A type that a manager makes objects of. `F` is its factory, or what stands for that while it crosses. */
export interface Registration<F = Factory> extends RegisterOptions {
  readonly name: string;
  readonly factory: F;
}

/** @throws {TypeError} when a type cannot be registered so. */
export function checkRegistration(name: unknown, options: RegisterOptions): asserts name is string {
  if (typeof name !== "string" || !/^[A-Za-z]\w*$/.test(name)) {
    throw new TypeError(`Cannot register a type: its name is ${JSON.stringify(name)}, write a word`);
  }
  checkExposed(options.exposed ?? []);
}

/** Makes an object. */
export function produce(factory: Factory, args: readonly unknown[]): unknown {
  const isClass = /^class\b/.test(Function.prototype.toString.call(factory));
  return isClass
    ? new (factory as new (...args: unknown[]) => unknown)(...args)
    : (factory as (...args: unknown[]) => unknown)(...args);
}

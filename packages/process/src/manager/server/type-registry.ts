import { checkTarget } from "../../callable/form/check-target.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import { checkRegistration, type RegisterOptions, type TypeRegistration } from "./type-registration.ts";

/** The factory of a type: a function, a class, or the module and export name of one. */
export type TypeTarget = Target<AnyFunction> | (abstract new (...args: never[]) => unknown);

const registries = new WeakMap<object, Map<string, TypeRegistration<TypeTarget>>>();

/** Registers a type for a class of managers and its subclasses. Without a factory, clients only create its objects. */
export function registerType(
  manager: object,
  name: string,
  factory: TypeTarget | undefined,
  options: RegisterOptions,
): void {
  checkRegistration(name, options);
  if (factory === undefined) return;
  checkTarget(factory, `register ${name}: its factory`);
  const own = registries.get(manager) ?? new Map<string, TypeRegistration<TypeTarget>>();
  registries.set(manager, own);
  own.set(name, { ...options, name, factory });
}

/** The types of a class of managers. Its own override those of its superclasses. */
export function registeredTypes(manager: object): Map<string, TypeRegistration<TypeTarget>> {
  const superclass = Object.getPrototypeOf(manager);
  const inherited = superclass === null || superclass === Function.prototype ? [] : registeredTypes(superclass);
  return new Map([...inherited, ...(registries.get(manager) ?? [])]);
}

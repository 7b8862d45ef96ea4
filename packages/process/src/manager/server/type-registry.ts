import { checkTarget } from "../../callable/form/check-target.ts";
import type { AnyFunction, Target } from "../../callable/form/target.ts";
import { checkRegistration, type RegisterOptions, type Registration } from "./type-registration.ts";

/** What a type's objects are made by: a function, a class, or one named by its module and export. */
export type TypeTarget = Target<AnyFunction> | (abstract new (...args: never[]) => unknown);

const registries = new WeakMap<object, Map<string, Registration<TypeTarget>>>();

/** Registers a type with a class of managers, and with those that extend it. */
export function registerType(manager: object, name: string, factory: TypeTarget, options: RegisterOptions): void {
  checkRegistration(name, options);
  checkTarget(factory, `register ${name}: its factory`);
  const own = registries.get(manager) ?? new Map<string, Registration<TypeTarget>>();
  registries.set(manager, own);
  own.set(name, { ...options, name, factory });
}

/** The types of a class of managers: its own before those of the classes above it. */
export function typesOf(manager: object): Map<string, Registration<TypeTarget>> {
  const above = Object.getPrototypeOf(manager);
  const inherited = above === null || above === Function.prototype ? [] : typesOf(above);
  return new Map([...inherited, ...(registries.get(manager) ?? [])]);
}

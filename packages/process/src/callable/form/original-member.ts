import type { Callable } from "./target.ts";

/** A function that the text of a class makes: a method, or a part of an accessor. */
export interface MemberPlace {
  readonly isStatic: boolean;
  readonly key: string | symbol;
  readonly part: "value" | "get" | "set";
}

type Properties = Record<string | symbol, PropertyDescriptor>;

// The properties that classes had before the program, or the properties of a message, replaced some of them.
const originals = new WeakMap<Callable, { readonly own: Properties; readonly prototype: Properties }>();

/** Records the members that a class has now, for {@link originalMember}. */
export function rememberMembers(fn: Callable): void {
  const prototype = Object.getOwnPropertyDescriptors((fn.prototype as object | undefined) ?? {});
  originals.set(fn, { own: Object.getOwnPropertyDescriptors(fn), prototype });
}

/** Records a member that the program has replaced in a class. */
export function rememberMember(fn: Callable, { isStatic, key, part }: MemberPlace, member: Callable): void {
  const known = originals.get(fn) ?? { own: {}, prototype: {} };
  originals.set(fn, known);
  const properties = isStatic ? known.own : known.prototype;
  properties[key] = { ...properties[key], [part]: member };
}

/** The function that the text of a class made. */
export function originalMember(fn: Callable, { isStatic, key, part }: MemberPlace): unknown {
  const known = originals.get(fn);
  const original = known && (isStatic ? known.own : known.prototype)[key]?.[part];
  return original ?? Object.getOwnPropertyDescriptor(isStatic ? fn : (fn.prototype as object), key)?.[part];
}

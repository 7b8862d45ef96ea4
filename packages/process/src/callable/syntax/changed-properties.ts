import type { Callable } from "../form/target.ts";
import type { ClassMember, MemberPart } from "./class-members.ts";

/** A property of a function or of its prototype that differs from the one which its text makes. */
export interface ChangedProperty {
  readonly isStatic: boolean;
  readonly key: string | symbol;
  /** `null` when the text makes it and the program has deleted it. */
  readonly descriptor: PropertyDescriptor | null;
  /** The parts of the descriptor that the text does not make; none when only attributes differ. */
  readonly parts: readonly MemberPart[];
}

/** What a program has changed in a function since its definition. */
export interface Changes {
  readonly changed: readonly ChangedProperty[];
  /** The keys of methods and accessors that the text computes, by the indices of their members. */
  readonly keys: ReadonlyMap<number, string | symbol>;
}

interface OwnProperty {
  readonly isStatic: boolean;
  readonly key: string | symbol;
  readonly descriptor: PropertyDescriptor;
}

/** Compares the properties of a function and of its prototype with the members that its text defines. */
export function findChanges(fn: Callable, members: readonly ClassMember[]): Changes {
  const own = [...ownProperties(fn, true), ...ownProperties(fn, false)].filter((property) => !isMadeByV8(fn, property));
  const keys = computedKeys(own, members);
  const keyOf = ({ index, key }: ClassMember) => key ?? keys.get(index);
  const changed: ChangedProperty[] = [];
  for (const property of own) {
    const { isStatic, key, descriptor } = property;
    const isMember = (member: ClassMember) => member.isStatic === isStatic && keyOf(member) === key;
    const parts = partsOf(descriptor).filter((part) => {
      const member = members.findLast((one) => one.kind === part && isMember(one));
      return textOf(descriptor[part]) !== member?.text || (part === "value" && member === undefined);
    });
    if (parts.length > 0 || !hasAttributesOfMember(descriptor)) changed.push({ ...property, parts });
  }
  for (const member of members) {
    const { isStatic, kind } = member;
    const key = keyOf(member);
    if (key === undefined || kind === "field" || Object.hasOwn(isStatic ? fn : (fn.prototype as object), key)) continue;
    changed.push({ isStatic, key, descriptor: null, parts: [] });
  }
  return { changed, keys };
}

function ownProperties(fn: Callable, isStatic: boolean): OwnProperty[] {
  const holder: unknown = isStatic ? fn : Object.getOwnPropertyDescriptor(fn, "prototype")?.value;
  if (typeof holder !== "object" && typeof holder !== "function") return [];
  return Reflect.ownKeys(holder ?? {}).map((key) => ({
    isStatic,
    key,
    descriptor: Object.getOwnPropertyDescriptor(holder, key) as PropertyDescriptor,
  }));
}

// Whether each such function has the property, whatever its text is.
function isMadeByV8(fn: Callable, { isStatic, key, descriptor }: OwnProperty): boolean {
  const { value, enumerable, writable, configurable } = descriptor;
  if (!isStatic) return key === "constructor" && value === fn && !enumerable;
  if (key === "prototype") return true;
  if (enumerable || writable) return false;
  if (key === "length" || key === "name") return configurable === true && /number|string/.test(typeof value);
  return (key === "arguments" || key === "caller") && !configurable;
}

function computedKeys(own: readonly OwnProperty[], members: readonly ClassMember[]): Map<number, string | symbol> {
  const keys = new Map<number, string | symbol>();
  const computed = members.filter(({ key, kind }) => key === null && kind !== "field");
  if (computed.length === 0) return keys;
  // The key of a member that the program has replaced or deleted is unknown. The child makes the member with another
  // key, for the functions that call it, and deletes the property.
  for (const { index } of computed) keys.set(index, `manyhands:member ${index}`);
  for (const { isStatic, key, descriptor } of own) {
    for (const { index, kind, text, isStatic: isOfClass } of computed) {
      if (kind !== "field" && isOfClass === isStatic && textOf(descriptor[kind]) === text) keys.set(index, key);
    }
  }
  return keys;
}

function partsOf(descriptor: PropertyDescriptor): MemberPart[] {
  return "value" in descriptor ? ["value"] : ["get", "set"];
}

function textOf(part: unknown): string | undefined {
  return typeof part === "function" ? Function.prototype.toString.call(part) : undefined;
}

function hasAttributesOfMember({ enumerable, configurable, writable }: PropertyDescriptor): boolean {
  return !enumerable && configurable === true && writable !== false;
}

import { visitChildren } from "../../codec/children.ts";
import { isCompound, isMap, isSet } from "../../codec/object-kind.ts";
import { viewOf } from "../../codec/view-ranges.ts";
import type { BaseClass } from "./program-class.ts";

type Visit = Parameters<typeof visitChildren>[1];

/** Visits the parts of an object of one of the program's classes: its content and its own fields. */
export function visitInstance(value: object, visit: Visit): void {
  visitChildren(value, visit);
  if (!isMap(value) && !isSet(value) && !ArrayBuffer.isView(value)) return;
  for (const key of ownFields(value)) {
    const child = value[key as never] as unknown;
    if (isCompound(child)) visit(child, () => `.${key}`);
  }
}

/** An object's state as an object of the built-in class that its class extends; `null` when that is Object. */
export function contentOf(value: object, base: BaseClass): object | null {
  // The methods are those of the built-in class: the object's own class may override them.
  switch (base) {
    case "Array": {
      const copy: unknown[] = new Array((value as unknown[]).length);
      for (const key of Object.keys(value)) if (isIndex(key)) copy[key as never] = value[key as never];
      return copy;
    }
    case "Map":
      return new Map(Map.prototype.entries.call(value));
    case "Set":
      return new Set(Set.prototype.values.call(value));
    case "Date":
      return new Date(Date.prototype.getTime.call(value));
    case "RegExp":
      return new RegExp((value as RegExp).source, (value as RegExp).flags);
    case "View":
      return viewOf(value as DataView, (value as DataView).buffer, (value as DataView).byteOffset);
    default:
      return null;
  }
}

/** The own fields of an object, without those that are its content. */
export function fieldsOf(value: object, base: BaseClass): Record<string, unknown> {
  if (base === "Object") return { ...value };
  return Object.fromEntries(ownFields(value).map((key) => [key, value[key as never]]));
}

function ownFields(value: object): string[] {
  const keys = Object.keys(value);
  return Array.isArray(value) || ArrayBuffer.isView(value) ? keys.filter((key) => !isIndex(key)) : keys;
}

function isIndex(key: string): boolean {
  return /^(0|[1-9]\d*)$/.test(key);
}

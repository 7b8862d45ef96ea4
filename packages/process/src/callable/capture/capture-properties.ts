import { TargetError } from "../../base/errors.ts";
import type { PackedProperty, ValueSource } from "../form/function-bundle.ts";
import { functionName } from "../form/function-name.ts";
import type { Callable } from "../form/target.ts";
import { readClassMembers } from "../source/function-text.ts";
import type { Inspection } from "../source/inspector.ts";
import { syntax } from "../source/load-syntax.ts";
import type { ChangedProperty } from "../syntax/changed-properties.ts";
import type { ClassMember } from "../syntax/class-members.ts";
import type { BundleBuilder } from "./bundle-builder.ts";
import type { CapturePath } from "./capture-path.ts";
import { captureValue } from "./capture-value.ts";
import { captureKey, isGivenKey } from "./property-key.ts";

/** The properties of a function and of its prototype that are sent beside its text. */
export interface CapturedProperties {
  readonly properties: readonly PackedProperty[];
  /** The computed keys that the child does not compute, by the indices of the class's members. */
  readonly givenKeys: ReadonlyMap<number, string | symbol>;
  /** The indices of the static fields whose initialisers stay in the text. */
  readonly keptFields: readonly number[];
}

/**
 * Captures the properties that a text does not make as they are: static fields, and properties that the program has
 * added or replaced.
 *
 * @throws {TargetError} when one cannot be sent.
 */
export function captureProperties(
  builder: BundleBuilder,
  fn: Callable,
  inspection: Inspection,
  path: CapturePath,
): CapturedProperties {
  const members = readClassMembers(fn);
  const { changed, keys } = syntax().findChanges(fn, members);
  if (members.length > 0) builder.members.add({ fn, members, keys, path });
  const properties: PackedProperty[] = [];
  const keptFields: number[] = [];
  for (const property of changed) {
    const { isStatic, key } = property;
    const capture = (to: BundleBuilder) => captureParts(to, fn, property, path);
    // The text initialises a static field whose value cannot be sent, so that the child makes its own.
    const initialisers = isStatic ? initialisersOf(key, members) : [];
    const isKept = initialisers.length > 0 && !canCapture(builder, capture);
    if (isKept) keptFields.push(...initialisers.map(({ index }) => index));
    properties.push({
      isStatic,
      key: captureKey(builder, key, inspection),
      parts: isKept ? {} : capture(builder),
      attributes: attributesOf(property),
    });
  }
  const isGiven = (member: ClassMember) => isGivenKey(keys.get(member.index) as string | symbol, member, inspection);
  const givenKeys = members
    .filter((member) => keys.has(member.index) && isGiven(member))
    .map(({ index }) => [index, keys.get(index) as string | symbol] as const);
  return { properties, givenKeys: new Map(givenKeys), keptFields };
}

// A field whose key is computed may be any that no other makes.
function initialisersOf(key: string | symbol, members: readonly ClassMember[]): ClassMember[] {
  const fields = members.filter(({ kind }) => kind === "field");
  const found = fields.filter((member) => member.key === key);
  return found.length > 0 ? found : fields.filter((member) => member.key === null);
}

function captureParts(
  builder: BundleBuilder,
  fn: Callable,
  { isStatic, key, descriptor, parts }: ChangedProperty,
  path: CapturePath,
): Record<string, ValueSource> {
  const step = typeof key === "string" ? `.${key}` : `[${String(key)}]`;
  const name = `${functionName(fn)}${isStatic ? "" : ".prototype"}${step}`;
  const propertyPath = path.toVariable(name, null);
  return Object.fromEntries(
    parts.map((part) => [part, captureValue(builder, descriptor?.[part], null, name, propertyPath)]),
  );
}

function attributesOf({ descriptor }: ChangedProperty): PackedProperty["attributes"] {
  if (descriptor === null) return null;
  const { configurable = false, enumerable = false, writable } = descriptor;
  return { configurable, enumerable, ...(writable !== undefined && { writable }) };
}

/** Whether what `capture` adds to a builder can be sent. */
export function canCapture(builder: BundleBuilder, capture: (to: BundleBuilder) => unknown): boolean {
  try {
    capture(builder.createTrial());
    return true;
  } catch (error) {
    if (error instanceof TargetError) return false;
    throw error;
  }
}

import type { Reach } from "../base/shareable.ts";
import type { PackedValue } from "../callable/form/packed-value.ts";
import { packValue } from "../callable/pack/pack-value.ts";
import { withCloneErrors } from "../codec/encode.ts";
import { isCompound } from "../codec/object-kind.ts";
import { deserialize, serialize } from "../codec/serialize.ts";
import { type CarriedStorage, carriedStorages, type StorageIdentity } from "./carry-context.ts";

/** The values that a call carries, in a message: a primitive value as it is, any other one packed. */
export type CarriedContext = readonly (readonly [
  storage: StorageIdentity,
  primitive: unknown,
  packed?: PackedValue | undefined,
])[];

/**
 * Takes the values that a call carries, in the asynchronous context of its caller, and copies them.
 *
 * @returns `undefined` when there are none.
 * @throws {CloneError}, {NotShareableError} or {TargetError} when a value cannot be sent, naming the storage.
 */
export function takeContext(reach: Reach): CarriedContext | undefined {
  // Most programs declare none: a call costs one check.
  if (carriedStorages.size === 0) return undefined;
  const taken = [...carriedStorages.values()].flatMap(({ identity, value }) =>
    value === undefined ? [] : [packCarried(identity, value, reach)],
  );
  return taken.length === 0 ? undefined : taken;
}

function packCarried(identity: StorageIdentity, value: unknown, reach: Reach): CarriedContext[number] {
  if (!isCompound(value)) return [identity, value];
  const path = `carryContext(${identity.label})`;
  const packed = packValue(value, path, reach, []);
  // Copied now: the message may be sent later, when the program has changed the value.
  const copy = () => (reach === "thread" ? structuredClone(packed.value) : deserialize(serialize(packed.value)));
  const copied = withCloneErrors(value, { reach, path, transferList: [] }, copy);
  return [identity, undefined, { ...packed, value: copied }];
}

/** Calls a function in a context. */
export type EnterContext = <R>(run: () => R) => R;

/** Makes the function that calls another one with the value of each storage. */
export function enterAll(values: readonly (readonly [CarriedStorage, unknown])[]): EnterContext {
  return <R>(run: () => R) =>
    values.reduce<() => R>(
      (inner, [storage, value]) =>
        () =>
          storage.run(value, inner),
      run,
    )();
}

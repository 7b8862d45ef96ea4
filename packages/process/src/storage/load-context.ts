import { TargetError } from "../base/errors.ts";
import { loadModule } from "../callable/load/load-module.ts";
import { unpackValue } from "../callable/load/unpack-value.ts";
import { type CarriedContext, type EnterContext, enterAll } from "./carried-context.ts";
import { type CarriedStorage, carriedStorage, type StorageIdentity } from "./carry-context.ts";

/** The tasks of one message may share a context: it is unpacked once. */
const loaded = new WeakMap<CarriedContext, Promise<EnterContext>>();

/**
 * Unpacks the values that a call carries, and imports the modules that declare their storages.
 *
 * @returns the function that calls another one with these values.
 * @throws the error of importing or unpacking; {TargetError} when a module does not declare its storage here.
 */
export function loadContext(context: CarriedContext): Promise<EnterContext> {
  let loading = loaded.get(context);
  if (loading === undefined) {
    loading = Promise.all(context.map(loadValue)).then(enterAll);
    loaded.set(context, loading);
  }
  return loading;
}

async function loadValue([identity, primitive, packed]: CarriedContext[number]): Promise<[CarriedStorage, unknown]> {
  const storage = carriedStorage(identity);
  if (!storage.isDeclared && identity.module !== null) await importDeclaration(storage, identity);
  return [storage, packed === undefined ? primitive : await unpackValue(packed)];
}

async function importDeclaration(storage: CarriedStorage, { module, label }: StorageIdentity): Promise<void> {
  await loadModule({ specifier: module as string, from: null, attributes: {} });
  if (storage.isDeclared) return;
  throw new TargetError(
    `Cannot carry the context "${label}": importing ${module} in a child does not declare it; ` +
      "call carryContext() at the top level of that module",
  );
}

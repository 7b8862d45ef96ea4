import { decode, importModules } from "../../codec/decode.ts";
import type { FormReader } from "../../codec/form.ts";
import { receiveSockets } from "../../socket/socket-readers.ts";
import { loadPackageClass } from "../form/package-class.ts";
import type { PackedValue } from "../form/packed-value.ts";
import { loadModule } from "./load-module.ts";

/** Makes the value that was packed, after importing the modules and receiving the descriptors that it needs. */
export async function unpackValue(packed: PackedValue): Promise<unknown> {
  const loading = [...packed.requests.map(loadModule), ...packed.packageClasses.map(loadPackageClass)];
  const loaded = packed.isOptional ? Promise.allSettled(loading) : Promise.all(loading);
  const parts = [receiveSockets(packed), receiveMemory(packed)] as const;
  const [sockets, memory] = await Promise.all([...parts, importModules(packed), loaded]);
  const readers = [...sockets, ...memory];
  if (!packed.functions) return decode(packed, readers);
  const { functionReaders } = await import("./function-reader.ts");
  return decode(packed, [...readers, ...functionReaders]);
}

// Most children receive no memory, and load no code for it.
async function receiveMemory(packed: PackedValue): Promise<readonly FormReader<never>[]> {
  if (packed.memory === undefined) return [];
  return (await import("../../codec/shared-memory-form.ts")).receiveMemory(packed);
}

/**
 * Makes the items of a list one by one, after {@link unpackValue} has rejected for the whole list.
 *
 * @returns the items, with `undefined` in place of those that cannot be made, and the error of each of those.
 */
export async function unpackEach(
  list: PackedValue,
): Promise<[unknown[], (readonly [index: number, error: unknown])[]]> {
  const { modules, requests, packageClasses } = list;
  const sockets = receiveSockets(list);
  const imports = [sockets, importModules(list), ...requests.map(loadModule), ...packageClasses.map(loadPackageClass)];
  const failed = (await Promise.allSettled(imports)).find(({ status }) => status === "rejected");
  const received = await sockets.catch(() => []);
  const readers = [...received, ...(list.functions ? (await import("./function-reader.ts")).functionReaders : [])];
  const errors: (readonly [index: number, error: unknown])[] = [];
  const items = (list.value as unknown[]).map((value, index) => {
    try {
      return decode({ value, hasForms: list.hasForms, modules }, readers);
    } catch (error) {
      // The item needs a module that cannot be imported.
      errors.push([index, failed === undefined ? error : (failed as PromiseRejectedResult).reason]);
      return undefined;
    }
  });
  return [items, errors];
}

import { decode, importModules } from "../../codec/decode.ts";
import { loadPackageClass } from "../form/package-class.ts";
import type { PackedValue } from "../form/packed-value.ts";
import { loadModule } from "./load-module.ts";

/** Makes the value that was packed, after importing the modules that it needs. */
export async function unpackValue(packed: PackedValue): Promise<unknown> {
  await Promise.all([
    importModules(packed),
    ...packed.requests.map(loadModule),
    ...packed.packageClasses.map(loadPackageClass),
  ]);
  if (!packed.functions) return decode(packed);
  const { functionReaders } = await import("./function-reader.ts");
  return decode(packed, functionReaders);
}

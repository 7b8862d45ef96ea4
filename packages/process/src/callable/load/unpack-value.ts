import { decode, prepare } from "../../codec/decode.ts";
import { loadOwnClass } from "../form/own-class.ts";
import type { PackedValue } from "../form/packed-value.ts";
import { loadModule } from "./load-module.ts";

/** Makes the value again that was packed, with whatever its functions import. */
export async function unpackValue(packed: PackedValue): Promise<unknown> {
  await Promise.all([prepare(packed), ...packed.requests.map(loadModule), ...packed.ownClasses.map(loadOwnClass)]);
  if (!packed.functions) return decode(packed);
  const { functionReaders } = await import("./function-reader.ts");
  return decode(packed, functionReaders);
}

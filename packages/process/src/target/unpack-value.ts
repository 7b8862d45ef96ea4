import { decode, prepare } from "../codec/decode.ts";
import { loadModule } from "./modules.ts";
import { loadOwnClass } from "./own-class.ts";
import type { PackedValue } from "./packed-value.ts";

/** Makes the value again that was packed, with whatever its functions import. */
export async function unpackValue(packed: PackedValue): Promise<unknown> {
  await Promise.all([prepare(packed), ...packed.requests.map(loadModule), ...packed.ownClasses.map(loadOwnClass)]);
  if (!packed.functions) return decode(packed);
  const { functionReaders } = await import("./function-reader.ts");
  return decode(packed, functionReaders);
}

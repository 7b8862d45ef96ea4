import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../base/shareable.ts";
import { decode, prepare } from "../codec/decode.ts";
import { type Encoded, encode } from "../codec/encode.ts";

/**
 * Makes arguments, fields and results ready to cross between a parent and its child.
 *
 * @param path what the value is called in errors: `args`.
 * @param transferList what is to be moved is added here.
 * @throws {CloneError} when something in it cannot cross, naming its path.
 */
export function packValue(value: unknown, path: string, reach: Reach, transferList: TransferListItem[]): Encoded {
  return encode(value, { reach, path, transferList });
}

/** Makes the value again that {@link packValue} was given. */
export async function unpackValue(packed: Encoded): Promise<unknown> {
  await prepare(packed);
  return decode(packed);
}

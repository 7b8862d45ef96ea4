import type { TransferListItem } from "node:worker_threads";
import { packageFolder } from "../../base/package-files.ts";
import type { Reach } from "../../base/shareable.ts";
import { decode } from "../../codec/decode.ts";
import { type Encoded, encode } from "../../codec/encode.ts";
import { packThrown } from "../../codec/encoding-error.ts";
import type { Translator } from "../../codec/form.ts";

/** Encodes arguments or a result for sending. */
export function encodeValue(
  value: unknown,
  path: string,
  reach: Reach,
  translators: readonly Translator<never>[],
  transferList: TransferListItem[] = [],
): Encoded {
  return encode(value, { reach, path, writers: translators, transferList });
}

/** Encodes an error, see {@link packThrown}. */
export function encodeError(error: unknown, reach: Reach, translators: readonly Translator<never>[]): Encoded {
  return packThrown(error, reach, (thrown) => encodeValue(thrown, "error", reach, translators));
}

/**
 * Decodes a value. Modules of this package that it needs must be imported before, by {@link importNeeded}; other
 * modules are never imported, since the sender may be another machine.
 */
export function decodeValue(packed: Encoded, translators: readonly Translator<never>[]): unknown {
  return decode(packed, translators);
}

/** Imports the modules of this package that a message needs; `undefined` when it needs none. */
export function importNeeded(packed: Encoded): Promise<unknown> | undefined {
  if (packed.modules.length === 0) return undefined;
  const folder = packageFolder();
  const modules = packed.modules.filter((module) => typeof module === "string" && module.startsWith(folder));
  return modules.length > 0 ? Promise.all(modules.map((module) => import(module))) : undefined;
}

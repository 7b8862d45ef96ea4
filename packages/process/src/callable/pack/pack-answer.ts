import type { TransferListItem } from "node:worker_threads";
import { CloneError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import { encode } from "../../codec/encode.ts";
import type { PackedValue } from "../form/packed-value.ts";

/**
 * Makes ready to cross what a child answers with. What reads functions is loaded only when there are some: few answers hold
 * any, and every child's start would pay for it.
 *
 * @param path what the value is called in errors: `result`.
 * @param transferList what is to be moved is added here.
 * @throws {CloneError} or {TargetError} when something in it cannot cross.
 */
export async function packAnswer(
  value: unknown,
  path: string,
  reach: Reach,
  transferList: TransferListItem[],
): Promise<PackedValue> {
  const moved: TransferListItem[] = [];
  try {
    const encoded = encode(value, { reach, path, transferList: moved });
    transferList.push(...moved);
    return { ...encoded, requests: [], ownClasses: [], functions: false };
  } catch (error) {
    if (!(error instanceof CloneError)) throw error;
    const { packValue } = await import("./pack-value.ts");
    return packValue(value, path, reach, transferList);
  }
}

/**
 * Makes what was thrown ready to cross. Functions among its fields stay behind: an error is to be read, and what libraries
 * hang on theirs reaches far.
 */
export function packError(error: unknown, reach: Reach): PackedValue {
  return {
    ...encode(error, { reach, path: "error", transferList: [] }),
    requests: [],
    ownClasses: [],
    functions: false,
  };
}

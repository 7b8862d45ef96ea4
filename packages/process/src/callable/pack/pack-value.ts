import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import { encode } from "../../codec/encode.ts";
import type { FormWriter } from "../../codec/form.ts";
import type { SharedMemoryWriter } from "../../codec/shared-memory-form.ts";
import { socketWriter } from "../../socket/socket-writer.ts";
import { FunctionWriter } from "../capture/function-writer.ts";
import type { PackedValue } from "../form/packed-value.ts";

/** How a value is packed. */
export interface PackOptions {
  /** Writes the functions in it. Default: a new one. */
  readonly writer?: FunctionWriter;
  /** Writes the memory in it that threads share, when the message is bytes for another thread. Default: none. */
  readonly memory?: SharedMemoryWriter | undefined;
}

/**
 * Packs arguments and fields for a child. Functions in them are sent like targets, and objects of the program's classes
 * with their class, and sockets and servers with a copy of their descriptor.
 *
 * @param path the value's name in error messages: `args`.
 * @param transferList objects to move are added here.
 * @throws {CloneError} when a part of it cannot be sent, naming its path.
 * @throws {TargetError} when a function in it cannot be sent.
 */
export function packValue(
  value: unknown,
  path: string,
  reach: Reach,
  transferList: TransferListItem[],
  { writer = new FunctionWriter(reach), memory }: PackOptions = {},
): PackedValue {
  const writers = [socketWriter as FormWriter<never>, ...writer.writers, ...(memory ? [memory] : [])];
  const memoryReach = memory ? "thread" : reach;
  const encoded = encode(value, { reach, memoryReach, path, transferList, writers });
  return { ...encoded, requests: writer.requests, packageClasses: writer.packageClasses, functions: writer.isUsed };
}

/**
 * Packs an error of any class. Functions among its fields are left out: libraries attach functions that would capture a
 * large part of the program.
 */
export function packErrorOfAnyClass(error: unknown, reach: Reach): PackedValue {
  const packed = packValue(error, "error", reach, [], { writer: new FunctionWriter(reach, { isError: true }) });
  return packed.functions ? { ...packed, isOptional: true } : packed;
}

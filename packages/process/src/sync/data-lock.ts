import { checkOptionKeys } from "../base/options.ts";
import { createAt, type ObjectLocation } from "../memory/shared-object.ts";
import { Lock } from "./lock.ts";
import { RLock, rlockBytes } from "./rlock.ts";

/** Which lock belongs to shared data. */
export interface DataLockOptions {
  /** `true` for a new RLock, a Lock or RLock to use that one, `false` for none. Default: true. */
  readonly lock?: boolean | Lock | RLock | undefined;
}

/** The size of the lock in bytes; it is before the data, also when it is not used. */
export const dataLockBytes = rlockBytes;

/**
 * The lock that belongs to the data at a location.
 *
 * @throws {TypeError} when `options.lock` is not a lock.
 */
export function resolveDataLock(location: ObjectLocation, options: DataLockOptions): Lock | RLock | undefined {
  checkOptionKeys("shared data", options, ["lock"]);
  const { lock = true } = options;
  if (lock === false) return undefined;
  if (lock === true || lock === null) return createAt(location, () => new RLock());
  if (lock instanceof Lock || lock instanceof RLock) return lock;
  throw new TypeError("Cannot lock shared data: options.lock is not a lock, write true, false, a Lock or an RLock");
}

/** The options for a receiver: a given lock is sent, a new one is already in the memory. */
export function dataLockArg({ lock }: DataLockOptions): DataLockOptions {
  return lock === undefined || lock === null ? {} : { lock };
}

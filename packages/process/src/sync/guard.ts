import { checkOptionKeys } from "../base/options.ts";
import { makeAt, type Place } from "../memory/shared-object.ts";
import { Lock } from "./lock.ts";
import { RLock, rlockBytes } from "./rlock.ts";

/** Which lock goes with shared data: an own RLock, a given one, or none. */
export interface GuardOptions {
  /** `true` for an RLock of its own, a Lock or RLock to use that, `false` for none. Default: true. */
  readonly lock?: boolean | Lock | RLock | undefined;
}

/** How many bytes are kept for the lock, before the data. */
export const guardBytes = rlockBytes;

/**
 * The lock that goes with data at a place.
 *
 * @throws {TypeError} when it is none.
 */
export function guardOf(place: Place, options: GuardOptions): Lock | RLock | undefined {
  checkOptionKeys("shared data", options, ["lock"]);
  const { lock = true } = options;
  if (lock === false) return undefined;
  if (lock === true || lock === null) return makeAt(place, () => new RLock());
  if (lock instanceof Lock || lock instanceof RLock) return lock;
  throw new TypeError("Cannot guard shared data: options.lock is no lock, write true, false, a Lock or an RLock");
}

/** A guard as it crosses: given locks cross by themselves. */
export function guardArg({ lock }: GuardOptions): GuardOptions {
  return lock === undefined || lock === null ? {} : { lock };
}

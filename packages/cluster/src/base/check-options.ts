import { withoutPassword } from "./cluster-key.ts";
import { parseRedisUrl } from "./redis-url.ts";

/** The longest time of a timer, in milliseconds. Node fires one with a longer time at once. */
const mostMs = 2 ** 31 - 1;
const leastLeaseMs = 1000;

/** @throws {TypeError} unless it is the URL of a Redis. */
export function checkUrl(attempt: string, url: unknown): void {
  if (typeof url === "string" && parseRedisUrl(url) !== undefined) return;
  throw new TypeError(
    `Cannot ${attempt}: the URL is ${withoutPassword(String(url))}, write redis://HOST:PORT, or rediss:// with TLS, or redis+sentinel://HOST:PORT/NAME; ` +
      "encode the characters of a password with encodeURIComponent()",
  );
}

/** @throws {TypeError} unless it can be the name of a queue. */
export function checkName(attempt: string, name: unknown): void {
  if (typeof name === "string" && /^[\w.-]+$/.test(name)) return;
  throw new TypeError(`Cannot ${attempt}: name is ${String(name)}, write letters, digits, ".", "-" and "_"`);
}

/** @throws {RangeError} unless it is the time of a lease. */
export function checkLease(attempt: string, value: unknown): void {
  if (Number.isInteger(value) && (value as number) >= leastLeaseMs && (value as number) <= mostMs) return;
  throw new RangeError(
    `Cannot ${attempt}: leaseMs is ${String(value)}, write whole milliseconds, from ${leastLeaseMs} to ${mostMs}`,
  );
}

/** @throws {RangeError} unless it is a number of milliseconds of at least `least`. */
export function checkMs(attempt: string, option: string, value: unknown, least: number): void {
  if (typeof value === "number" && value >= least) return;
  throw new RangeError(`Cannot ${attempt}: ${option} is ${String(value)}, write milliseconds, ≥ ${least}`);
}

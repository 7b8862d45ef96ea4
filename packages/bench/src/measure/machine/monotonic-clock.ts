/**
 * Reads the monotonic clock, which all threads and processes of the machine share.
 *
 * @returns nanoseconds as a double; exact to a microsecond for years of uptime.
 */
export function monotonicNs(): number {
  return Number(process.hrtime.bigint());
}

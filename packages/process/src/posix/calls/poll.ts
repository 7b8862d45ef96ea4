import { libc } from "./libc.ts";
import { EINTR } from "./linux-constants.ts";
import { systemError } from "./system-error.ts";

/** The descriptor can be read, or is at its end. */
export const POLLIN = 1;
/** The descriptor can be written to. */
export const POLLOUT = 4;

/**
 * Blocks this thread until one of several descriptors is ready.
 *
 * Shape of an entry: `struct pollfd`, { int fd; short events; short revents }.
 *
 * @param timeoutMs longest wait in milliseconds; -1 for no limit.
 * @returns for each descriptor whether it is ready, or broken, which a read then reports. All `false` when time ran
 *   out.
 */
export function poll(
  wanted: readonly { readonly fd: number; readonly events: number }[],
  timeoutMs: number,
): boolean[] {
  const entries = Buffer.alloc(8 * wanted.length);
  wanted.forEach(({ fd, events }, i) => {
    entries.writeInt32LE(fd, 8 * i);
    entries.writeInt16LE(events, 8 * i + 4);
  });
  const deadline = performance.now() + timeoutMs;
  for (let left = timeoutMs; ; left = Math.max(0, Math.ceil(deadline - performance.now()))) {
    const ready = libc().poll(entries, wanted.length, timeoutMs < 0 ? -1 : left);
    if (ready >= 0) return wanted.map((_, i) => entries.readInt16LE(8 * i + 6) !== 0);
    if (libc().errno() !== EINTR) throw systemError("poll");
  }
}

import { NotShareableError } from "../base/errors.ts";
import { libc } from "../posix/calls/libc.ts";
import { checked } from "../posix/calls/system-error.ts";

// fcntl(2): copies a descriptor; `execve` closes the copy.
const F_DUPFD_CLOEXEC = 1030;

/**
 * Copies a descriptor. Its receiver, or `closeDescriptor()`, closes the copy.
 *
 * @throws {NotShareableError} on a system where descriptors cannot be copied and sent; the system's error, EMFILE.
 */
export function copyDescriptor(fd: number): number {
  if (process.platform !== "linux") {
    throw new NotShareableError(
      `Cannot send a socket or a server: their descriptors are sent on Linux only, and this is ${process.platform}; ` +
        "listen or connect in the child, which gets the address",
    );
  }
  let call: ReturnType<typeof libc>;
  try {
    call = libc();
  } catch (cause) {
    throw new NotShareableError(
      `Cannot send a socket or a server: the package koffi, which copies descriptors, cannot be loaded: ${(cause as Error).message}; ` +
        "run npm install koffi",
      { cause },
    );
  }
  return checked("fcntl", call.fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

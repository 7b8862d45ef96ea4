import { libc } from "../calls/libc.ts";

const EPOLL_CTL_ADD = 1;
// Packed on x86-64 alone: { uint32_t events; uint64_t data }.
const dataAt = process.arch === "x64" ? 4 : 8;

/**
 * Makes all descriptors of streams known to the epoll set of a forked child, to be watched for nothing yet.
 *
 * `uv_loop_fork` has libuv add what it watched to the new set, but forgets what was just then waiting to be watched for
 * something else, such as a socket that has been written to. That it will change, not add, and it aborts where there is
 * nothing to change. What it adds and finds there, it changes instead.
 */
export function watchAgain(): void {
  const { epollCtl, uvBackendFd, uvDefaultLoop, streamDescriptors } = libc();
  const set = uvBackendFd(uvDefaultLoop());
  for (const fd of streamDescriptors()) {
    const event = Buffer.alloc(16);
    event.writeInt32LE(fd, dataAt);
    // Files cannot be watched, and libuv does not try.
    epollCtl(set, EPOLL_CTL_ADD, fd, event);
  }
}

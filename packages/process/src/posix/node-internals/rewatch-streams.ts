import { readlinkSync } from "node:fs";
import { libc } from "../calls/libc.ts";
import { examinePart, expectPart, type InternalCheck } from "./internal-check.ts";
import { libuv } from "./libuv.ts";

const EPOLL_CTL_ADD = 1;
// Packed on x86-64 alone: { uint32_t events; uint64_t data }.
const dataAt = process.arch === "x64" ? 4 : 8;

/**
 * Adds all descriptors of streams to the epoll set of a forked child, with an empty event mask.
 *
 * `uv_loop_fork` adds what libuv watched to the new set. It omits a descriptor whose watched events were about to
 * change, such as a socket that has been written to: libuv modifies that one later, and aborts when it is not in the
 * set. If a descriptor is in the set already, libuv modifies it.
 */
export function rewatchStreams(): void {
  const { backendFd, defaultLoop, streamDescriptors } = libuv();
  const { epollCtl } = libc();
  const set = backendFd(defaultLoop());
  for (const fd of streamDescriptors()) {
    const event = Buffer.alloc(16);
    event.writeInt32LE(fd, dataAt);
    // Fails for files, which epoll cannot watch; libuv does not try to.
    epollCtl(set, EPOLL_CTL_ADD, fd, event);
  }
}

/** Whether the event loop waits in an epoll set. */
export function check(): InternalCheck {
  return examinePart("epoll set", () => {
    const { backendFd, defaultLoop } = libuv();
    const file = readlinkSync(`/proc/self/fd/${backendFd(defaultLoop())}`);
    expectPart(file === "anon_inode:[eventpoll]", `uv_backend_fd() to be an epoll set, found ${file}`);
    return "uv_backend_fd() is an epoll set";
  });
}

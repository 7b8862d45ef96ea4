import { closeSync } from "node:fs";
import { receiveDescriptors, sendDescriptors } from "../../posix/calls/descriptors.ts";
import { libc } from "../../posix/calls/libc.ts";
import { MSG_DONTWAIT, MSG_NOSIGNAL } from "../../posix/calls/linux-constants.ts";
import { POLLIN, poll } from "../../posix/calls/poll.ts";

// A child that takes longer to answer was stopped, and is given up.
const longestAnswerMs = 5000;

/**
 * A child that a fork server forked before it was requested, as the server sees it. The child blocks in the kernel,
 * at the other end of a socket, until it gets its descriptors.
 */
export class PreparedChild {
  readonly pid: number;
  readonly #socket: number;

  /** @param socket to the child; `close()` closes it. */
  constructor(pid: number, socket: number) {
    this.pid = pid;
    this.#socket = socket;
  }

  /** Starts the child, and waits for its answer. @returns `false` when it does not answer. */
  start(fds: readonly number[]): boolean {
    const byte = Buffer.alloc(1);
    try {
      sendDescriptors(this.#socket, byte, fds);
    } catch {
      return false;
    }
    const [answered] = poll([{ fd: this.#socket, events: POLLIN }], longestAnswerMs);
    return answered === true && libc().recv(this.#socket, byte, 1, MSG_DONTWAIT) === 1;
  }

  close(): void {
    closeSync(this.#socket);
  }
}

/**
 * In a prepared child: waits until it is started.
 *
 * @param socket to the server; closed by this.
 * @param begin runs before the child answers the server.
 * @returns its descriptors. When the server has ended, or no descriptor is
 *   free, this does not return: the process ends.
 */
export function waitForStart(socket: number, descriptors: number, begin: () => void): number[] {
  const byte = Buffer.alloc(1);
  const { length, fds } = receiveDescriptors(socket, byte, descriptors);
  if (length === 0 || fds.length < descriptors) libc()._exit(0);
  begin();
  libc().send(socket, byte, 1, MSG_NOSIGNAL);
  closeSync(socket);
  return fds;
}

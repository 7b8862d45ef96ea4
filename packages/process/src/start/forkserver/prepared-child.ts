import { closeSync } from "node:fs";
import { receiveDescriptors, sendDescriptors } from "../../posix/calls/descriptors.ts";
import { libc } from "../../posix/calls/libc.ts";
import { POLLIN, poll } from "../../posix/calls/poll.ts";

const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

// One that takes longer to answer is as good as dead: somebody stopped it.
const longestAnswerMs = 5000;

/**
 * A child that a fork server forked before anybody asked for one, as the server sees it. It waits in the kernel, at the other end
 * of a socket, for the descriptors of whoever it is to be.
 */
export class ForkedAhead {
  readonly pid: number;
  readonly #socket: number;

  /** @param socket to the child; closed with this. */
  constructor(pid: number, socket: number) {
    this.pid = pid;
    this.#socket = socket;
  }

  /** Has it begin, and waits until it has. @returns `false` when that will not come about. */
  begin(fds: readonly number[]): boolean {
    const word = Buffer.alloc(1);
    try {
      sendDescriptors(this.#socket, word, fds);
    } catch {
      return false;
    }
    const [answered] = poll([{ fd: this.#socket, events: POLLIN }], longestAnswerMs);
    return answered === true && libc().recv(this.#socket, word, 1, MSG_DONTWAIT) === 1;
  }

  close(): void {
    closeSync(this.#socket);
  }
}

/**
 * In such a child: waits until it is asked to begin.
 *
 * @param socket to the server; closed by this.
 * @param begin what it does before the server is told that it has begun.
 * @returns its descriptors. Where the server is gone, this does not return: the process ends.
 */
export function awaitBeginning(socket: number, descriptors: number, begin: () => void): number[] {
  const word = Buffer.alloc(1);
  const { length, fds } = receiveDescriptors(socket, word, descriptors);
  if (length === 0) libc()._exit(0);
  begin();
  libc().send(socket, word, 1, MSG_NOSIGNAL);
  closeSync(socket);
  return fds;
}

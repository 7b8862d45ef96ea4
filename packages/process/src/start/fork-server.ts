import { closeSync } from "node:fs";
import { receiveDescriptors } from "../posix/descriptors.ts";
import { dieWithParent } from "../posix/die-with-parent.ts";
import { forkChild } from "../posix/fork-child.ts";
import { quiescent } from "../posix/in-flight.ts";
import { libc } from "../posix/libc.ts";
import { POLLIN, POLLOUT, poll } from "../posix/poll.ts";
import { decodeRequest, encodeRecord, requestBytes, requestDescriptors, type ServerRecord } from "./fork-protocol.ts";

const WNOHANG = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const PIDFD_OPEN = 434;
const SIGINT = 2;
const SIG_DFL = 0n;

// Where the kernel gives no descriptor for a process (before Linux 5.3), ends are looked for as often as this.
const lookMs = 5;

// A preloaded module that never comes to rest must not keep the children waiting for ever.
const longestRestMs = 5000;

/**
 * The server's side: forks this process on request, and tells how its children end.
 *
 * It blocks in the kernel while it waits, outside of the event loop, so that nothing is in flight whenever it forks.
 */
export class ForkServer {
  readonly #control: number;
  /** The descriptor that tells of each child's end; -1 where there is none. */
  readonly #children = new Map<number, number>();
  readonly #imported = new Set<string>();
  #outgoing: Buffer = Buffer.alloc(0);
  /** Where requests are read; one for all of them, since a server collects its garbage seldom. */
  readonly #request = Buffer.alloc(requestBytes);

  /** @param control the socket to the program. */
  constructor(control: number) {
    this.#control = control;
  }

  /**
   * Imports modules that children will need. What cannot be imported is left to the child that wants it, where the error
   * reaches somebody.
   */
  async preload(modules: readonly string[]): Promise<void> {
    const wanted = modules.filter((module) => !this.#imported.has(module));
    if (wanted.length === 0) return;
    for (const module of wanted) this.#imported.add(module);
    const imports = Promise.allSettled(wanted.map((module) => import(module)));
    const patience = new Promise((resolve) => setTimeout(resolve, longestRestMs).unref());
    await Promise.race([imports, patience]);
    await quiescent(longestRestMs);
  }

  /**
   * Serves until the program is gone; then this process ends.
   *
   * @returns only in a child: the descriptors that it was given.
   */
  async serve(): Promise<number[]> {
    for (;;) {
      this.#await();
      const { length, fds } = receiveDescriptors(this.#control, this.#request, requestDescriptors);
      if (length === 0) libc()._exit(0);
      const server = process.pid;
      let pid: number;
      try {
        pid = forkChild(() => libc().signal(SIGINT, SIG_DFL));
      } catch (error) {
        pid = (error as NodeJS.ErrnoException).errno ?? -1;
      }
      if (pid === 0) {
        dieWithParent(server);
        this.#abandon();
        return fds;
      }
      for (const fd of fds) closeSync(fd);
      if (pid > 0) this.#children.set(pid, libc().pidfdOpen(PIDFD_OPEN, pid, 0));
      this.#tell({ kind: "born", pid });
      await this.preload(decodeRequest(this.#request.subarray(0, length)).modules);
    }
  }

  /** Waits for a request; meanwhile tells of ends. */
  #await(): void {
    for (;;) {
      this.#reap();
      this.#flush();
      const watched = [...this.#children.values()].filter((fd) => fd >= 0);
      const wanted = [
        { fd: this.#control, events: POLLIN },
        { fd: this.#outgoing.byteLength > 0 ? this.#control : -1, events: POLLOUT },
        ...watched.map((fd) => ({ fd, events: POLLIN })),
      ];
      const [asked = false] = poll(wanted, watched.length === this.#children.size ? -1 : lookMs);
      if (asked) return;
    }
  }

  #reap(): void {
    for (;;) {
      const status: [number | null] = [null];
      const pid = libc().waitpid(-1, status, WNOHANG);
      if (pid <= 0) return;
      const watch = this.#children.get(pid) ?? -1;
      if (watch >= 0) closeSync(watch);
      this.#children.delete(pid);
      this.#tell({ kind: "ended", pid, status: status[0] ?? 0 });
    }
  }

  #tell(record: ServerRecord): void {
    this.#outgoing = Buffer.concat([this.#outgoing, encodeRecord(record)]);
    this.#flush();
  }

  // Never waits: the program may be waiting for this server, and read nothing meanwhile.
  #flush(): void {
    if (this.#outgoing.byteLength === 0) return;
    const { byteLength } = this.#outgoing;
    const sent = libc().send(this.#control, this.#outgoing, byteLength, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) this.#outgoing = this.#outgoing.subarray(sent);
  }

  /** In a child: lets go of what is the server's. */
  #abandon(): void {
    closeSync(this.#control);
    for (const fd of this.#children.values()) if (fd >= 0) closeSync(fd);
    this.#children.clear();
  }
}

import { closeSync } from "node:fs";
import { receiveDescriptors, socketPair } from "../../posix/calls/descriptors.ts";
import { dieWithParent } from "../../posix/calls/die-with-parent.ts";
import { libc } from "../../posix/calls/libc.ts";
import { POLLIN, POLLOUT, poll } from "../../posix/calls/poll.ts";
import { forkChild } from "../../posix/fork/fork-child.ts";
import { quiescent } from "../../posix/fork/pending-requests.ts";
import {
  decodeRequest,
  encodeRecord,
  requestBytes,
  requestDescriptors,
  type ServerRecord,
} from "./fork-server-message.ts";
import { awaitBeginning, ForkedAhead } from "./prepared-child.ts";
import { rehearse } from "./warm-up.ts";

const WNOHANG = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const PIDFD_OPEN = 434;
const SIGINT = 2;
const SIGKILL = 9;
const SIG_DFL = 0n;

// A Ctrl-C is for a child that is somebody's.
const heedCtrlC = () => void libc().signal(SIGINT, SIG_DFL);

// Where the kernel gives no descriptor for a process (before Linux 5.3), ends are looked for as often as this.
const lookMs = 5;

// The next child is forked ahead only when the one that was just born has had the processors to itself for its first steps.
const restMs = 30;

// A preloaded module that never comes to rest must not keep the children waiting for ever.
const longestRestMs = 5000;

/**
 * The server's side: forks this process on request, and tells how its children end.
 *
 * It blocks in the kernel while it waits, outside of the event loop, so that nothing is in flight whenever it forks.
 */
export class ForkServer {
  readonly #control: number;
  readonly #forksAhead: boolean;
  /** The descriptor that tells of each child's end; -1 where there is none. */
  readonly #children = new Map<number, number>();
  /** The child for the next request. */
  #ahead: ForkedAhead | null = null;
  /** When the next child is to be forked ahead; `null` while there is one, or none is to be. */
  #restedAt: number | null = null;
  readonly #imported = new Set<string>();
  #outgoing: Buffer = Buffer.alloc(0);
  /** Where requests are read; one for all of them, since a server collects its garbage seldom. */
  readonly #request = Buffer.alloc(requestBytes);

  /**
   * @param control the socket to the program.
   * @param forksAhead whether, after a request, a child is forked for the next one.
   */
  constructor(control: number, forksAhead: boolean) {
    this.#control = control;
    this.#forksAhead = forksAhead;
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
      if (!this.#await()) {
        const socket = this.#forkAhead();
        if (socket === null) continue;
        await rehearse().catch(() => {});
        return awaitBeginning(socket, requestDescriptors, heedCtrlC);
      }
      const { length, fds } = receiveDescriptors(this.#control, this.#request, requestDescriptors);
      if (length === 0) libc()._exit(0);
      const pid = this.#beginAhead(fds) ?? this.#fork(heedCtrlC);
      if (pid === 0) return fds;
      for (const fd of fds) closeSync(fd);
      this.#tell({ kind: "born", pid });
      await this.preload(decodeRequest(this.#request.subarray(0, length)).modules);
      this.#restedAt = this.#forksAhead ? performance.now() + restMs : null;
    }
  }

  /** Waits for a request, or until it is time to fork ahead; meanwhile tells of ends. @returns whether there is a request. */
  #await(): boolean {
    for (;;) {
      this.#reap();
      this.#flush();
      const watched = [...this.#children.values()].filter((fd) => fd >= 0);
      const wanted = [
        { fd: this.#control, events: POLLIN },
        { fd: this.#outgoing.byteLength > 0 ? this.#control : -1, events: POLLOUT },
        ...watched.map((fd) => ({ fd, events: POLLIN })),
      ];
      const untilRest = this.#restedAt === null ? Number.POSITIVE_INFINITY : this.#restedAt - performance.now();
      const untilLook = watched.length === this.#children.size ? Number.POSITIVE_INFINITY : lookMs;
      const patience = Math.max(0, Math.min(untilRest, untilLook));
      const [asked = false] = poll(wanted, Number.isFinite(patience) ? Math.ceil(patience) : -1);
      if (asked) return true;
      if (this.#restedAt !== null && performance.now() >= this.#restedAt) return false;
    }
  }

  /** @returns in the server the child's pid, or the negative number of what went wrong; 0 in the child. */
  #fork(inChild?: () => void): number {
    const server = process.pid;
    let pid: number;
    try {
      pid = forkChild(inChild);
    } catch (error) {
      return (error as NodeJS.ErrnoException).errno ?? -1;
    }
    if (pid > 0) this.#children.set(pid, libc().pidfdOpen(PIDFD_OPEN, pid, 0));
    else {
      dieWithParent(server);
      this.#abandon();
    }
    return pid;
  }

  /** Forks a child for the next request; where that fails, that one finds none. @returns in the child: the socket to the server. */
  #forkAhead(): number | null {
    this.#restedAt = null;
    let ours: number;
    let theirs: number;
    try {
      [ours, theirs] = socketPair();
    } catch {
      return null;
    }
    const pid = this.#fork();
    closeSync(pid === 0 ? ours : theirs);
    if (pid === 0) return theirs;
    if (pid > 0) this.#ahead = new ForkedAhead(pid, ours);
    else closeSync(ours);
    return null;
  }

  /** Has the child that was forked ahead begin. @returns its pid; `undefined` where there is none. */
  #beginAhead(fds: readonly number[]): number | undefined {
    const ahead = this.#ahead;
    if (ahead === null) return undefined;
    this.#ahead = null;
    const hasBegun = ahead.begin(fds);
    ahead.close();
    if (hasBegun) return ahead.pid;
    libc().kill(ahead.pid, SIGKILL);
    libc().waitpid(ahead.pid, [null], 0);
    this.#forget(ahead.pid);
    return undefined;
  }

  #reap(): void {
    for (;;) {
      const status: [number | null] = [null];
      const pid = libc().waitpid(-1, status, WNOHANG);
      if (pid <= 0) return;
      this.#forget(pid);
      if (pid !== this.#ahead?.pid) this.#tell({ kind: "ended", pid, status: status[0] ?? 0 });
      else {
        // It was nobody's child.
        this.#ahead.close();
        this.#ahead = null;
      }
    }
  }

  #forget(pid: number): void {
    const watch = this.#children.get(pid) ?? -1;
    if (watch >= 0) closeSync(watch);
    this.#children.delete(pid);
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

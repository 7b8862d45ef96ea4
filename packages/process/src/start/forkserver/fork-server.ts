import { closeSync } from "node:fs";
import { whileImporting } from "../../callable/load/import-state.ts";
import { receiveDescriptors, socketPair } from "../../posix/calls/descriptors.ts";
import { dieWithParent } from "../../posix/calls/die-with-parent.ts";
import { libc } from "../../posix/calls/libc.ts";
import {
  EMFILE,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGQUIT,
  SIGTERM,
  SIGUSR2,
  WNOHANG,
} from "../../posix/calls/linux-constants.ts";
import { POLLIN, POLLOUT, poll } from "../../posix/calls/poll.ts";
import { countThreads, startThreadPool } from "../../posix/calls/threads.ts";
import { forkChild } from "../../posix/fork/fork-child.ts";
import { waitForPendingRequests } from "../../posix/fork/pending-requests.ts";
import { canReseed } from "../../posix/node-internals/reseed.ts";
import {
  decodeRequest,
  encodeRecord,
  requestBytes,
  requestDescriptors,
  type ServerRecord,
} from "./fork-server-message.ts";
import type { PreloadError } from "./preload-error.ts";
import { PreparedChild, waitForStart } from "./prepared-child.ts";
import { warmUp } from "./warm-up.ts";

const PIDFD_OPEN = 434;
const SIG_DFL = 0n;
const SIG_IGN = 1n;

// Terminals, process managers and systemd send these signals to all processes of a program. The program handles them;
// the server must not end before it, since its children would end too.
const ignoredSignals = [SIGHUP, SIGINT, SIGQUIT, SIGUSR2, SIGTERM];

const previousHandlers: (readonly [signal: number, handler: bigint])[] = [];

function ignoreSignals(): void {
  const ignore = (signal: number) => [signal, libc().signal(signal, SIG_IGN)] as const;
  previousHandlers.push(...ignoredSignals.map(ignore));
}

// A prepared child ignores the signals as the server does. A child that is started must not. SIGUSR2 may have a handler
// of Node, that of --heapsnapshot-signal. Node's handlers of SIGINT and SIGTERM send the signal again, for its default.
function restoreSignals(): void {
  for (const [signal, handler] of previousHandlers) {
    libc().signal(signal, signal === SIGINT || signal === SIGTERM ? SIG_DFL : handler);
  }
}

// How often the server checks for ended children when the kernel has no pidfd (before Linux 5.3).
const reapIntervalMs = 5;

// Delay before the next child is prepared: forking would take processor time from the first steps of the child just
// started.
const prepareDelayMs = 30;

// How long the server waits for a preloaded module to settle, so that one that never does cannot block the children.
const longestPreloadMs = 5000;

/**
 * The server's side: forks this process on request, and reports how its children end.
 *
 * It waits in the kernel, outside of the event loop, so that Node has no operation under way when it forks.
 */
export class ForkServer {
  readonly #control: number;
  readonly #preparesChildren: boolean;
  readonly #preloads: boolean;
  /** Loads what most children need; `null` once it has run. */
  #loadCommon: (() => Promise<unknown>) | null;
  #isUnfit = false;
  /** The pidfd of each child, which becomes readable at its end; -1 when there is none. */
  readonly #children = new Map<number, number>();
  /** The child that is prepared for the next request. */
  #prepared: PreparedChild | null = null;
  /** When to prepare the next child; `null` while there is one, and when none is to be prepared. */
  #prepareAt: number | null = null;
  readonly #imported = new Set<string>();
  #outgoing: Buffer = Buffer.alloc(0);
  /** The buffer for all requests: the server runs a GC so rarely that a buffer for each would pile up. */
  readonly #request = Buffer.alloc(requestBytes);

  /**
   * @param control the socket to the program.
   * @param options.preloads whether it imports modules.
   * @param options.preparesChildren whether, after a request, a child is forked for the next one.
   * @param options.loadCommon loads what most children need. It runs after the first answer, for the children after it.
   */
  constructor(
    control: number,
    options: {
      readonly preloads: boolean;
      readonly preparesChildren: boolean;
      readonly loadCommon: () => Promise<unknown>;
    },
  ) {
    ignoreSignals();
    this.#control = control;
    this.#preloads = options.preloads;
    this.#loadCommon = options.preloads ? options.loadCommon : null;
    this.#preparesChildren = options.preparesChildren;
  }

  /**
   * Imports modules that children will need. A module that cannot be imported is skipped: the child that imports it
   * reports the error to its parent.
   *
   * @returns the errors of the modules that were skipped.
   */
  async preload(modules: readonly string[]): Promise<PreloadError[]> {
    const wanted = modules.filter((module) => !this.#imported.has(module));
    if (!this.#preloads || wanted.length === 0) return [];
    for (const module of wanted) this.#imported.add(module);
    const errors: PreloadError[] = [];
    const load = (module: string) =>
      whileImporting(module, () => import(module)).catch((error) => errors.push({ module, error }));
    await this.#load(() => Promise.all(wanted.map(load)));
    return errors;
  }

  /**
   * Runs a function that loads modules.
   *
   * A module may start a thread: that of module hooks, a Worker, or one of an addon. Its children would wait for that
   * thread without end, since no fork has it. Or it may freeze `Math`, so that forks get no own random numbers.
   * In both cases this server forks no more.
   */
  async #load(load: () => Promise<unknown>): Promise<void> {
    await startThreadPool();
    const threads = countThreads();
    const timeout = new Promise((resolve) => setTimeout(resolve, longestPreloadMs).unref());
    await Promise.race([load(), timeout]);
    await waitForPendingRequests(longestPreloadMs);
    if (countThreads() > threads || !canReseed()) this.#isUnfit = true;
  }

  /**
   * Serves requests until the program has ended; then this process ends.
   *
   * @returns only in a child: its descriptors.
   */
  async serve(): Promise<number[]> {
    for (;;) {
      if (!this.#waitForRequest()) {
        const socket = this.#prepareChild();
        if (socket === null) continue;
        await warmUp().catch(() => {});
        return waitForStart(socket, requestDescriptors, restoreSignals);
      }
      const { length, fds } = receiveDescriptors(this.#control, this.#request, requestDescriptors);
      if (length === 0) libc()._exit(0);
      // Without free descriptors the kernel drops those that were sent.
      const hasAll = fds.length === requestDescriptors;
      const pid = this.#isUnfit ? 0 : hasAll ? (this.#startPrepared(fds) ?? this.#fork(restoreSignals)) : -EMFILE;
      if (pid === 0 && !this.#isUnfit) return fds;
      for (const fd of fds) closeSync(fd);
      this.#send({ kind: "forked", pid });
      await this.preload(decodeRequest(this.#request.subarray(0, length)).modules);
      const loadCommon = this.#loadCommon;
      this.#loadCommon = null;
      // What cannot be loaded is reported by the child that needs it.
      if (loadCommon !== null) await this.#load(() => loadCommon().catch(() => {}));
      this.#prepareAt = this.#preparesChildren && !this.#isUnfit ? performance.now() + prepareDelayMs : null;
    }
  }

  /**
   * Waits for a request, or until it is time to prepare a child. Reports ended children while it waits.
   *
   * @returns whether there is a request.
   */
  #waitForRequest(): boolean {
    for (;;) {
      this.#reap();
      this.#flush();
      const watched = [...this.#children.values()].filter((fd) => fd >= 0);
      const wanted = [
        { fd: this.#control, events: POLLIN },
        { fd: this.#outgoing.byteLength > 0 ? this.#control : -1, events: POLLOUT },
        ...watched.map((fd) => ({ fd, events: POLLIN })),
      ];
      const untilPrepare = this.#prepareAt === null ? Number.POSITIVE_INFINITY : this.#prepareAt - performance.now();
      const untilReap = watched.length === this.#children.size ? Number.POSITIVE_INFINITY : reapIntervalMs;
      const timeoutMs = Math.max(0, Math.min(untilPrepare, untilReap));
      const [hasRequest = false] = poll(wanted, Number.isFinite(timeoutMs) ? Math.ceil(timeoutMs) : -1);
      if (hasRequest) return true;
      if (this.#prepareAt !== null && performance.now() >= this.#prepareAt) return false;
    }
  }

  /** @returns in the server the child's pid, or a negative error number; 0 in the child. */
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
      this.#closeServerDescriptors();
    }
    return pid;
  }

  /**
   * Forks a child for the next request. Errors are ignored: that request forks.
   *
   * @returns in the child: the socket to the server.
   */
  #prepareChild(): number | null {
    this.#prepareAt = null;
    let serverEnd: number;
    let childEnd: number;
    try {
      [serverEnd, childEnd] = socketPair();
    } catch {
      return null;
    }
    const pid = this.#fork();
    closeSync(pid === 0 ? serverEnd : childEnd);
    if (pid === 0) return childEnd;
    if (pid > 0) this.#prepared = new PreparedChild(pid, serverEnd);
    else closeSync(serverEnd);
    return null;
  }

  /** Starts the prepared child. @returns its pid; `undefined` when there is none. */
  #startPrepared(fds: readonly number[]): number | undefined {
    const prepared = this.#prepared;
    if (prepared === null) return undefined;
    this.#prepared = null;
    const hasStarted = prepared.start(fds);
    prepared.close();
    if (hasStarted) return prepared.pid;
    libc().kill(prepared.pid, SIGKILL);
    libc().waitpid(prepared.pid, [null], 0);
    this.#forget(prepared.pid);
    return undefined;
  }

  #reap(): void {
    for (;;) {
      const status: [number | null] = [null];
      const pid = libc().waitpid(-1, status, WNOHANG);
      if (pid <= 0) return;
      this.#forget(pid);
      if (pid !== this.#prepared?.pid) this.#send({ kind: "ended", pid, status: status[0] ?? 0 });
      else {
        // It was not started, so the program does not know it.
        this.#prepared.close();
        this.#prepared = null;
      }
    }
  }

  #forget(pid: number): void {
    const watch = this.#children.get(pid) ?? -1;
    if (watch >= 0) closeSync(watch);
    this.#children.delete(pid);
  }

  #send(record: ServerRecord): void {
    this.#outgoing = Buffer.concat([this.#outgoing, encodeRecord(record)]);
    this.#flush();
  }

  // Never blocks: the program may be waiting for this server, and read nothing until it has the answer.
  #flush(): void {
    if (this.#outgoing.byteLength === 0) return;
    const { byteLength } = this.#outgoing;
    const sent = libc().send(this.#control, this.#outgoing, byteLength, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) this.#outgoing = this.#outgoing.subarray(sent);
  }

  /** In a child: closes the server's descriptors. */
  #closeServerDescriptors(): void {
    closeSync(this.#control);
    for (const fd of this.#children.values()) if (fd >= 0) closeSync(fd);
    this.#children.clear();
  }
}

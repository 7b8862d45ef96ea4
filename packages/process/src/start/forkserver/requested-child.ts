import { writeSync } from "node:fs";
import type { Socket } from "node:net";
import { deferred } from "../../base/deferred.ts";
import { StreamChannel } from "../../channel/stream-channel.ts";
import type { ChildPipes } from "../child/child-pipes.ts";
import type { ProcessHandle } from "../child/process-child.ts";
import { sendSignal } from "../child/send-signal.ts";
import type { Exit, LaunchSpec } from "../start-method.ts";
import {
  type Forked,
  type ForkReceiver,
  type ForkServerConnection,
  ForkServerExited,
  ForkServerUnfit,
  statusLost,
} from "./fork-server-connection.ts";
import type { ServerNodeOptions } from "./server-options.ts";
import { isOwn, knownServer, modulesToPreload, newServer, type ServerOrigin } from "./servers.ts";
import { noteFreeDescriptors } from "./waiting-child.ts";

/**
 * A child that a fork server is to fork, from the request to its exit.
 *
 * Its start message is in its channel before the server has forked it. So `start()` need not wait for the server, which
 * may boot or import modules for seconds. Signals are kept until the pid is known.
 */
export class RequestedChild implements ProcessHandle, ForkReceiver {
  readonly channel: StreamChannel;
  readonly stdin: Socket | null;
  readonly stdout: Socket | null;
  readonly stderr: Socket | null;
  readonly #exit = deferred<Exit>();
  readonly #options: ServerNodeOptions;
  readonly #origin: ServerOrigin;
  readonly #pipes: ChildPipes;
  readonly #reportsToStderr: boolean;
  #server: ForkServerConnection | undefined;
  /** `null` until the server has answered; 0 when the child could not be started. */
  #pid: number | null = null;
  #signals: NodeJS.Signals[] = [];
  #isMessageSent = false;
  #isChannelOpen = true;
  #isWanted = false;
  #isHeld = false;
  #hasEnded = false;
  #forkerTail = "";

  /** @param pipes open ones. */
  constructor(spec: LaunchSpec, options: ServerNodeOptions, pipes: ChildPipes) {
    const { modules, parent, mainModule } = spec;
    // Not the spec, which would keep the child's arguments in memory while it runs.
    this.#origin = { modules, parent, mainModule };
    this.#options = options;
    this.#pipes = pipes;
    this.#reportsToStderr = spec.stderr === "pipe";
    const [channelEnd, stdin, stdout, stderr] = pipes.streams();
    this.channel = new StreamChannel(channelEnd as Socket);
    void this.channel.closed.then(() => {
      this.#isChannelOpen = false;
    });
    this.stdin = stdin ?? null;
    this.stdout = stdout ?? null;
    this.stderr = stderr ?? null;
  }

  get ended(): Promise<Exit> {
    return this.#exit.promise;
  }

  get hasPid(): boolean {
    return this.#pid !== null;
  }

  /** Blocks this thread until the server has answered. */
  get pid(): number {
    while (this.#pid === null && this.#server?.isAlive === true) this.#server.readAnswers(() => this.hasPid);
    return this.#pid ?? 0;
  }

  get forkerTail(): string {
    return this.#forkerTail;
  }

  /**
   * Requests the child. A server that answers at once is waited for, at most `longestMs`: then the pid is known.
   *
   * @throws the system's error when nothing could be requested.
   */
  request(longestMs = 0): void {
    const known = knownServer(this.#options);
    const server = known ?? newServer(this.#options, this.#origin);
    this.#use(server);
    const { isIdle } = server;
    try {
      server.request(this.#pipes.childEnds, modulesToPreload(this.#origin, this.#options), this);
    } catch (error) {
      if (!(error instanceof ForkServerExited)) throw error;
      this.failed(error);
    }
    if (isIdle && longestMs > 0) server.readAnswers(() => this.hasPid || this.#server !== server, longestMs);
  }

  /** Sends the start message. */
  start(serialized: Uint8Array, transferList: LaunchSpec["transferList"]): void {
    this.#isMessageSent = true;
    this.channel.write(serialized, transferList);
  }

  forked({ pid, ended }: Forked): void {
    this.#pid = pid;
    this.#pipes.closeChildEnds();
    noteFreeDescriptors();
    for (const signal of this.#signals.splice(0)) sendSignal(pid, signal);
    void this.#follow(ended);
  }

  /** A server that has worked, and was killed, is replaced if no child can have run. */
  failed(error: unknown): void {
    const isReplaceable = error instanceof ForkServerExited && error.server.hasAnswered;
    if (error instanceof ForkServerUnfit || (isReplaceable && !this.#isMessageSent)) this.#requestAgain();
    else if (isReplaceable) void this.#requestAgainIfUnread(error);
    else void this.#giveUp(error);
  }

  #requestAgain(): void {
    try {
      this.request();
    } catch (shortage) {
      void this.#giveUp(shortage);
    }
  }

  // The server may have forked a child before it was killed. A child runs nothing before it has read the whole start
  // message. When the server has been waited for, the kernel has sent SIGKILL to its children, so that none reads on.
  async #requestAgainIfUnread(error: ForkServerExited): Promise<void> {
    await error.server.ended;
    if (this.#pipes.isUnread(this.channel.takenBytes)) this.#requestAgain();
    else await this.#giveUp(error);
  }

  killOrphan(): void {
    // The channel closes when the child ends. After that, the pid may be another process's.
    if (this.#isChannelOpen && this.#pid !== null) sendSignal(this.#pid, "SIGKILL");
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#pid === null) this.#signals.push(signal);
    else if (this.#pid > 0) sendSignal(this.#pid, signal);
  }

  ref(alive: boolean): void {
    this.#isWanted = alive;
    this.#hold();
  }

  #use(server: ForkServerConnection): void {
    if (this.#isHeld) {
      this.#server?.ref(false);
      server.ref(true);
    }
    this.#server = server;
  }

  #hold(): void {
    const isHeld = this.#isWanted && !this.#hasEnded;
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    this.#server?.ref(isHeld);
  }

  async #follow(ended: Promise<Exit>): Promise<void> {
    const exit = await ended;
    // The server's own end may be part of this wait, so the server is released after it.
    if (isOwn(this.#options)) await this.#server?.endWhenIdle();
    this.#end(exit);
  }

  // When the server could not start, its exit and its stderr tail are the child's.
  async #giveUp(error: unknown): Promise<void> {
    this.#pid = 0;
    let exit: Exit = { code: 1, error };
    if (error instanceof ForkServerExited) {
      const { server } = error;
      const own = await server.ended;
      exit = { code: server.hasAnswered ? statusLost : own.code || 1, error: own.error ?? error };
      this.#forkerTail = server.stderrTail;
      if (this.#reportsToStderr) this.#writeToStderr(server.stderrTail);
    }
    this.#pipes.closeChildEnds();
    this.#end(exit);
  }

  #writeToStderr(text: string): void {
    try {
      writeSync(this.#pipes.childEnds[3] as number, text);
    } catch {
      // The program has closed the stream.
    }
  }

  #end(exit: Exit): void {
    this.#hasEnded = true;
    this.#hold();
    this.#exit.resolve(exit);
  }
}

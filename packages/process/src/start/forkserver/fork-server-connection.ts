import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { closeDescriptor, sendDescriptors, socketPair } from "../../posix/calls/descriptors.ts";
import { libc } from "../../posix/calls/libc.ts";
import { EMFILE, MSG_DONTWAIT } from "../../posix/calls/linux-constants.ts";
import { POLLIN, poll } from "../../posix/calls/poll.ts";
import { isShortage } from "../../posix/calls/shortage.ts";
import { systemError } from "../../posix/calls/system-error.ts";
import { exitCodeOfStatus } from "../../posix/calls/wait-status.ts";
import { executable } from "../child/executable.ts";
import { exitCodeOf } from "../child/exit-code.ts";
import { programUrl } from "../child/program-url.ts";
import { markedEnv } from "../child/started-by.ts";
import { watchBoot } from "../child/stuck-boot.ts";
import type { Exit } from "../start-method.ts";
import { StderrTail } from "../stdio/stderr-tail.ts";
import { encodeRequest, RecordReader, type ServerOptions, type ServerRecord } from "./fork-server-message.ts";
import type { ServerNodeOptions } from "./server-options.ts";

/** A server that takes longer to answer is killed. The time includes its own start, with preloaded modules. */
const longestAnswerMs = 60_000;
const noAnswer = `gave no answer within ${longestAnswerMs / 1000} s`;

/** The exit code of a child whose status is lost, because its server ended before it reported it. As in Python. */
export const statusLost = 255;

// Young-generation size in MB. Large enough that a short-lived child never runs a GC, which would touch copy-on-write
// pages.
const youngGenerationOption = "--min-semi-space-size=16";

interface ForkedChild {
  readonly settle: (exit: Exit) => void;
  /** Ends the child, when its server has ended. */
  readonly killOrphan: () => void;
}

/** A child that was forked: its pid, and its exit. */
export interface Forked {
  readonly pid: number;
  readonly ended: Promise<Exit>;
}

/** Gets the answer to a request for a child: one of the first two is called, once. */
export interface ForkReceiver {
  forked(child: Forked): void;
  /**
   * The child was not forked.
   *
   * @param error {@link ForkServerExited} when the server has ended; {@link ForkServerUnfit} when a module that it
   *   preloaded forbids forks; the system's error when it could not fork.
   */
  failed(error: unknown): void;
  /** Ends the forked child when the server has ended, which can no longer report the child's exit. */
  killOrphan(): void;
}

interface Request {
  readonly receiver: ForkReceiver;
  readonly timer: NodeJS.Timeout;
}

/** A fork server ended instead of answering. */
export class ForkServerExited extends Error {
  readonly server: ForkServerConnection;

  constructor(message: string, server: ForkServerConnection) {
    super(message);
    this.server = server;
  }
}

/** A fork server does not fork, since a module that it preloaded started a thread or froze `Math`. */
export class ForkServerUnfit extends Error {}

/** A program's side of one fork server: a small Node process that the program starts, and that forks for it. */
export class ForkServerConnection {
  readonly #server: ChildProcess;
  readonly #socket: Socket;
  readonly #control: number;
  readonly #records = new RecordReader();
  readonly #children = new Map<number, ForkedChild>();
  readonly #held: readonly { ref(): void; unref(): void; readonly destroyed?: boolean }[];
  /** The requests that are not answered, in the order in which the server answers them. */
  readonly #requests: Request[] = [];
  #hasAnswered = false;
  readonly #stderrTail: StderrTail;
  /** The server's own exit. Settles once, never rejects. */
  readonly ended: Promise<Exit>;
  #alive = true;
  #isUnfit = false;
  #refs = 0;

  /**
   * Starts a server, and returns while it boots.
   *
   * @param options options of Node for it, and so for all its children.
   * @throws the error of the system call when no descriptors are left.
   */
  constructor(options: Omit<ServerNodeOptions, "loaders">, settings: ServerOptions) {
    const [ours, theirs] = socketPair();
    const argument = JSON.stringify(settings);
    const args = [youngGenerationOption, ...options.execArgv, fileURLToPath(programUrl("forkserver")), argument];
    const { spawn } = process.getBuiltinModule("node:child_process");
    this.#server = spawn(executable(), [fileURLToPath(programUrl("fork-ready")), ...args], {
      stdio: ["ignore", "inherit", "pipe", theirs],
      env: markedEnv({ ...process.env, NODE_OPTIONS: options.nodeOptions }),
    });
    closeDescriptor(theirs);
    // Node makes no streams when no descriptors are left, and emits the error later.
    if (this.#server.stdio === undefined) {
      this.#server.once("error", () => {});
      closeDescriptor(ours);
      throw systemError("spawn", EMFILE);
    }
    if (this.#server.pid !== undefined) this.#watchBoot(this.#server.pid, options);
    this.#control = ours;
    this.#socket = new (process.getBuiltinModule("node:net").Socket)({ fd: ours });
    this.#socket.on("data", (piece: Buffer) => this.#receive(piece));
    this.#socket.on("error", () => this.#fail());
    this.#socket.once("close", () => this.#fail());
    const stderr = this.#server.stderr as Socket;
    this.#stderrTail = new StderrTail(stderr, process.stderr);
    this.ended = new Promise((resolve) => {
      this.#server.on("error", (error) => {
        if (this.#server.pid === undefined) resolve({ code: 1, error });
      });
      this.#server.once("close", (code, signal) => resolve({ code: exitCodeOf(code, signal) }));
    });
    void this.ended.then(() => this.#fail());
    this.#held = [this.#server, this.#socket, stderr];
    for (const handle of this.#held) handle.unref();
  }

  /** Whether it takes requests. */
  get isAlive(): boolean {
    return this.#alive;
  }

  /** Whether it forks no more children; those that it has go on. */
  get isUnfit(): boolean {
    return this.#isUnfit;
  }

  /** Whether it has booted and answered a request. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Whether it has booted and no request waits for its answer. */
  get isIdle(): boolean {
    return this.#hasAnswered && this.#requests.length === 0;
  }

  /** The last lines that the server wrote to its stderr. */
  get stderrTail(): string {
    return this.#stderrTail.text;
  }

  /** Whether it is alive now. Reads its socket, since the event loop may not have seen its end yet. */
  isAnswering(): boolean {
    const [isReadable] = poll([{ fd: this.#control, events: POLLIN }], 0);
    if (isReadable) this.#read();
    return this.#alive;
  }

  /**
   * Requests a child. The answer comes by the event loop, or while {@link readAnswers} runs.
   *
   * @param fds the child's channel, stdin, stdout and stderr. They must stay open until the answer has come.
   * @throws {ForkServerExited} when the server has ended; the system's error when the request could not be sent.
   */
  request(fds: readonly number[], modules: readonly string[], receiver: ForkReceiver): void {
    const bytes = encodeRequest({ modules });
    for (;;) {
      try {
        sendDescriptors(this.#control, bytes, fds);
        break;
      } catch (error) {
        if (!isShortage(error)) {
          this.#fail();
          throw new ForkServerExited(`the fork server exited: ${(error as Error).message}`, this);
        }
        // Either the server runs on, or earlier requests fill the socket.
        const { length } = this.#requests;
        if (length === 0) throw error;
        this.readAnswers(() => this.#requests.length < length);
        if (!this.#alive) throw new ForkServerExited("the fork server exited", this);
      }
    }
    const timer = setTimeout(() => this.#fail(noAnswer), longestAnswerMs).unref();
    this.#requests.push({ receiver, timer });
  }

  /**
   * Passes on answers and exits as they arrive, blocking this thread until a condition holds or the server has ended.
   *
   * @param timeoutMs longest wait, in milliseconds. Default: so long that the server is killed when the condition does
   *   not hold then.
   */
  readAnswers(isDone: () => boolean, timeoutMs = longestAnswerMs): void {
    const deadline = performance.now() + timeoutMs;
    while (this.#alive && !isDone()) {
      const [isReadable] = poll([{ fd: this.#control, events: POLLIN }], Math.max(0, deadline - performance.now()));
      if (isReadable === true) this.#read();
      else {
        if (timeoutMs === longestAnswerMs) this.#fail(noAnswer);
        return;
      }
    }
  }

  /** Sets whether waiting for a child's end keeps the program alive. Calls are counted, one for each child. */
  ref(alive: boolean): void {
    this.#refs += alive ? 1 : -1;
    for (const handle of this.#held) {
      // A socket that is closed would add a listener for its connection.
      if (handle.destroyed !== true) handle[this.#refs > 0 ? "ref" : "unref"]();
    }
  }

  /** Ends the server when it has no children, and waits for its exit. */
  async endWhenIdle(): Promise<void> {
    if (this.#children.size > 0 || this.#requests.length > 0) return;
    this.#alive = false;
    this.#socket.destroy();
    await this.ended;
  }

  // The program that makes the process able to fork; the server itself has fewer threads than a usual Node.
  #watchBoot(pid: number, { execArgv, nodeOptions }: Pick<ServerNodeOptions, "execArgv" | "nodeOptions">): void {
    const hasBooted = () => this.#hasAnswered || !this.#alive;
    const fail = ({ message }: Error) => this.#fail(`did not start: ${message}`);
    watchBoot(pid, fileURLToPath(programUrl("fork-ready")), [...execArgv, nodeOptions], hasBooted, fail);
  }

  #endWhenUnfit(): void {
    if (this.#isUnfit) void this.endWhenIdle();
  }

  /** Drops the server without ending it, in a fork of the program: it belongs to the parent. */
  abandon(): void {
    this.#alive = false;
    this.#children.clear();
    this.#requests.length = 0;
  }

  // Reads without the event loop, which does not see this data. Both give it to the same reader.
  #read(): void {
    const piece = Buffer.alloc(4096);
    const length = libc().recv(this.#control, piece, piece.byteLength, MSG_DONTWAIT);
    if (length > 0) this.#receive(piece.subarray(0, length));
    else if (length === 0 || !isShortage(systemError("recv"))) this.#fail();
  }

  #receive(piece: Uint8Array): void {
    for (const record of this.#records.push(piece)) this.#take(record);
  }

  #take(record: ServerRecord): void {
    if (record.kind === "forked") {
      this.#answer(record.pid);
      return;
    }
    const child = this.#children.get(record.pid);
    this.#children.delete(record.pid);
    child?.settle({ code: exitCodeOfStatus(record.status) });
    this.#endWhenUnfit();
  }

  #answer(pid: number): void {
    this.#hasAnswered = true;
    const { receiver, timer } = this.#requests.shift() as Request;
    clearTimeout(timer);
    if (pid > 0) {
      const ended = new Promise<Exit>((settle) => {
        this.#children.set(pid, { settle, killOrphan: () => receiver.killOrphan() });
      });
      receiver.forked({ pid, ended });
    } else if (pid === 0) {
      this.#isUnfit = true;
      receiver.failed(new ForkServerUnfit("the fork server has threads, or a frozen Math"));
      this.#endWhenUnfit();
    } else receiver.failed(systemError("fork", -pid));
  }

  #fail(how = "exited"): void {
    if (!this.#alive) return;
    this.#alive = false;
    // A server that does not answer must not fork later.
    this.#server.kill("SIGKILL");
    this.#socket.destroy();
    const error = new Error("its fork server exited before it reported how the child ended");
    for (const { settle, killOrphan } of this.#children.values()) {
      killOrphan();
      settle({ code: statusLost, error });
    }
    this.#children.clear();
    for (const { receiver, timer } of this.#requests.splice(0)) {
      clearTimeout(timer);
      receiver.failed(new ForkServerExited(`the fork server ${how}`, this));
    }
  }
}

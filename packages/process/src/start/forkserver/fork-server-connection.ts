import type { ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { sendDescriptors, socketPair } from "../../posix/calls/descriptors.ts";
import { libc } from "../../posix/calls/libc.ts";
import { POLLIN, poll } from "../../posix/calls/poll.ts";
import { systemError } from "../../posix/calls/system-error.ts";
import { exitCodeOfStatus } from "../../posix/calls/wait-status.ts";
import { signalNumber } from "../child/exit-code.ts";
import { program } from "../child/program-path.ts";
import type { Exit } from "../start-method.ts";
import { LastWords } from "../stdio/stderr-tail.ts";
import { encodeRequest, RecordReader, type ServerBoot, type ServerRecord } from "./fork-server-message.ts";

const MSG_DONTWAIT = 0x40;
const EAGAIN = 11;
const EMFILE = 24;

// A server that takes longer to answer is taken for dead. Its own start, preloaded modules included, is in this.
const longestAnswerMs = 60_000;

/** The exit code of a child whose status nobody knows, since the server that would have told died first; as in Python. */
const statusLost = 255;

// Most children are done before they have filled this, in MB, and collect nothing: that would write to all the memory that they share.
const roomForTheYoung = "--min-semi-space-size=16";

interface Entry {
  readonly settle: (exit: Exit) => void;
  /** Ends a child that lost its server. */
  readonly orphaned: () => void;
}

/** What a request gives: the child's pid, and how it will have ended. */
export interface Forked {
  readonly pid: number;
  readonly ended: Promise<Exit>;
}

/** A server died instead of answering. */
export class ForkServerDied extends Error {
  readonly server: ForkServerConnection;

  constructor(message: string, server: ForkServerConnection) {
    super(message);
    this.server = server;
  }
}

/** A program's side of one fork server: a small Node process that it starts, and that forks for it. */
export class ForkServerConnection {
  readonly #server: ChildProcess;
  readonly #socket: Socket;
  readonly #control: number;
  readonly #records = new RecordReader();
  readonly #children = new Map<number, Entry>();
  readonly #held: readonly { ref(): void; unref(): void }[];
  #answer: number | null = null;
  readonly #lastWords: LastWords;
  /** How the server itself ended; settles once, never rejects. */
  readonly ended: Promise<Exit>;
  #alive = true;
  #refs = 0;

  /**
   * Starts a server. It boots while this goes on.
   *
   * @param execArgv options of Node for it, and so for all its children.
   * @param boot.preload modules that it imports before it forks.
   * @param boot.forksAhead whether, after a request, it forks a child for the next one.
   * @throws what the system answers when there are no descriptors left.
   */
  constructor(execArgv: readonly string[], boot: Omit<ServerBoot, "parent">) {
    const [ours, theirs] = socketPair();
    const told = JSON.stringify({ parent: process.pid, ...boot } satisfies ServerBoot);
    const args = [roomForTheYoung, ...execArgv, fileURLToPath(program("forkserver")), told];
    const { spawn } = process.getBuiltinModule("node:child_process");
    this.#server = spawn(process.execPath, [fileURLToPath(program("fork-ready")), ...args], {
      stdio: ["ignore", "inherit", "pipe", theirs],
    });
    closeSync(theirs);
    // Node makes no streams where there are no descriptors left for them, and tells so only later.
    if (this.#server.stdio === undefined) {
      this.#server.once("error", () => {});
      closeSync(ours);
      throw systemError("spawn", EMFILE);
    }
    this.#control = ours;
    this.#socket = new (process.getBuiltinModule("node:net").Socket)({ fd: ours });
    this.#socket.on("data", (piece: Buffer) => this.#receive(piece));
    this.#socket.on("error", () => this.#die());
    this.#socket.once("close", () => this.#die());
    const stderr = this.#server.stderr as Socket;
    this.#lastWords = new LastWords(stderr, process.stderr);
    this.ended = new Promise((resolve) => {
      this.#server.once("error", (error) => resolve({ code: 1, error }));
      this.#server.once("close", (code, signal) =>
        resolve({ code: signal === null ? (code ?? 1) : -signalNumber(signal) }),
      );
    });
    void this.ended.then(() => this.#die());
    this.#held = [this.#server, this.#socket, stderr];
    for (const handle of this.#held) handle.unref();
  }

  /** Whether it can be asked. */
  get isAlive(): boolean {
    return this.#alive;
  }

  /** The last lines that the server wrote to its stderr. */
  get lastWords(): string {
    return this.#lastWords.text;
  }

  /** Looks whether it is there at this very moment, which its end may not have been told of yet. */
  isAnswering(): boolean {
    const [told] = poll([{ fd: this.#control, events: POLLIN }], 0);
    if (told) this.#read();
    return this.#alive;
  }

  /**
   * Has the server fork a child, and waits, blocking this thread, until that is done: a few milliseconds, and the first time
   * as long as it takes to boot.
   *
   * @param fds the child's channel, stdin, stdout and stderr.
   * @param orphaned ends the child when the server is dead, which can no longer tell of its end.
   * @throws {ForkServerDied} when the server died; what the system answered it when it could not fork.
   */
  fork(fds: readonly number[], modules: readonly string[], orphaned: (pid: number) => void): Forked {
    try {
      sendDescriptors(this.#control, encodeRequest({ modules }), fds);
    } catch (error) {
      this.#die();
      throw new ForkServerDied(`the fork server died: ${(error as Error).message}`, this);
    }
    const pid = this.#readAnswer();
    if (pid < 0) throw systemError("fork", -pid);
    const ended = new Promise<Exit>((settle) => {
      this.#children.set(pid, { settle, orphaned: () => orphaned(pid) });
    });
    return { pid, ended };
  }

  /** Whether waiting for the end of a child keeps the program alive; each child counts. */
  ref(alive: boolean): void {
    this.#refs += alive ? 1 : -1;
    for (const handle of this.#held) handle[this.#refs > 0 ? "ref" : "unref"]();
  }

  /** Ends the server if it has no children, and waits for its end. */
  async endWhenIdle(): Promise<void> {
    if (this.#children.size > 0) return;
    this.#alive = false;
    this.#socket.destroy();
    await this.ended;
  }

  /** Lets go of the server without a word, in a fork of the program, which it does not belong to. */
  abandon(): void {
    this.#alive = false;
    this.#children.clear();
  }

  #readAnswer(): number {
    const deadline = performance.now() + longestAnswerMs;
    while (this.#answer === null) {
      const [told] = poll([{ fd: this.#control, events: POLLIN }], Math.max(0, deadline - performance.now()));
      if (told === true) this.#read();
      else this.#die();
      if (!this.#alive) {
        const how = told === true ? "died" : `gave no answer within ${longestAnswerMs / 1000} s`;
        throw new ForkServerDied(`the fork server ${how}`, this);
      }
    }
    const pid = this.#answer;
    this.#answer = null;
    return pid;
  }

  // What is read here, the event loop no longer finds; both lead to the same reader, in the order in which it came.
  #read(): void {
    const piece = Buffer.alloc(4096);
    const length = libc().recv(this.#control, piece, piece.byteLength, MSG_DONTWAIT);
    if (length > 0) this.#receive(piece.subarray(0, length));
    else if (length === 0 || libc().errno() !== EAGAIN) this.#die();
  }

  #receive(piece: Uint8Array): void {
    for (const record of this.#records.push(piece)) this.#take(record);
  }

  #take(record: ServerRecord): void {
    if (record.kind === "born") {
      this.#answer = record.pid;
      return;
    }
    const entry = this.#children.get(record.pid);
    this.#children.delete(record.pid);
    entry?.settle({ code: exitCodeOfStatus(record.status) });
  }

  #die(): void {
    if (!this.#alive) return;
    this.#alive = false;
    // One that does not answer must not fork when it comes to itself.
    this.#server.kill("SIGKILL");
    this.#socket.destroy();
    const error = new Error("its fork server died, and with it the knowledge of how the child ended");
    for (const { settle, orphaned } of this.#children.values()) {
      orphaned();
      settle({ code: statusLost, error });
    }
    this.#children.clear();
  }
}

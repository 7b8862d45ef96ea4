import type { Readable, Writable } from "node:stream";
import type { Channel } from "../../channel/channel.ts";
import type { Child, Exit, LaunchSpec } from "../start-method.ts";
import { bufferStderr, bufferStdout } from "../stdio/output-stream.ts";
import { StderrTail } from "../stdio/stderr-tail.ts";
import { signalOf } from "./exit-code.ts";

/** A process as its start method made it: the part of a child in which the start methods differ. */
export interface ProcessHandle {
  readonly pid: number;
  /** Whether the pid is known; reading it waits otherwise. Default: it is. */
  readonly hasPid?: boolean;
  /** The stderr tail of the process that was to fork the child and exited instead. Default: none. */
  readonly forkerTail?: string;
  readonly channel: Channel;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  /** The child's stderr; `null` when it is ignored. */
  readonly stderr: Readable | null;
  /** Settles once, when the process has ended. Never rejects. */
  readonly ended: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  /** Sets whether waiting for its end keeps the program alive. */
  ref(alive: boolean): void;
}

/** A child that is a process. */
export class ProcessChild implements Child {
  readonly threadId = 0;
  readonly channel: Channel;
  readonly exited: Promise<Exit>;
  readonly stdin: Child["stdin"];
  readonly stdout: Child["stdout"];
  readonly stderr: Child["stderr"];
  readonly #handle: ProcessHandle;
  readonly #stderrTail: StderrTail | undefined;

  constructor(handle: ProcessHandle, spec: LaunchSpec) {
    this.channel = handle.channel;
    this.stdin = handle.stdin;
    this.stdout = handle.stdout && bufferStdout(handle.stdout);
    this.stderr = spec.stderr === "pipe" ? handle.stderr && bufferStderr(handle.stderr) : null;
    this.#handle = handle;
    if (handle.stderr !== null) {
      this.#stderrTail = new StderrTail(handle.stderr, spec.stderr === "inherit" ? process.stderr : undefined);
    }
    this.exited = this.#end();
    this.ref(true);
  }

  get pid(): number {
    return this.#handle.pid;
  }

  get hasPid(): boolean {
    return this.#handle.hasPid ?? true;
  }

  get stderrTail(): string {
    return this.#stderrTail?.text || (this.#handle.forkerTail ?? "");
  }

  kill(signal: NodeJS.Signals): void {
    this.#handle.kill(signal);
  }

  ref(alive: boolean): void {
    this.#handle.ref(alive);
    // Node reports an exit before it reads the last output. The program must stay alive until that is read.
    this.channel.ref(alive);
    for (const stream of [this.#handle.stdout, this.#handle.stderr]) {
      (stream as { ref?(): void; unref?(): void } | null)?.[alive ? "ref" : "unref"]?.();
    }
  }

  async #end(): Promise<Exit> {
    const exit = await this.#handle.ended;
    await Promise.all([this.channel.closed, this.#stderrDrained()]);
    return exit.error === undefined && isOutOfMemory(exit, this.stderrTail)
      ? { ...exit, error: outOfMemoryError() }
      : exit;
  }

  // All output of the child is in the pipe now. But the pipe closes only when every grandchild that inherited it has
  // ended as well, so waiting has a limit: long enough to read the output that is there.
  #stderrDrained(): Promise<void> {
    const { stderr } = this.#handle;
    if (stderr === null || stderr.readableEnded || stderr.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 50);
      stderr.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

// V8 ends a process that reaches its heap limit by an abort, or by a trap while it boots, and says why on its stderr
// only.
const outOfMemory = /^(FATAL ERROR: .*out of memory$|# Fatal (JavaScript out of memory|javascript OOM)\b)/m;

function isOutOfMemory({ code }: Exit, stderrTail: string): boolean {
  const signal = signalOf(code);
  const isFatal = signal === "SIGABRT" || signal === "SIGTRAP" || signal === "SIGILL";
  return isFatal && outOfMemory.test(stderrTail);
}

/** The error of Node for a thread that reached a limit, for a process. */
function outOfMemoryError(): Error {
  const error = new Error("Process terminated due to reaching memory limit: JS heap out of memory");
  return Object.assign(error, { code: "ERR_WORKER_OUT_OF_MEMORY" });
}

import type { Readable, Writable } from "node:stream";
import type { TransferListItem } from "node:worker_threads";
import type { MemoryReach } from "../base/shareable.ts";
import type { Channel } from "../channel/channel.ts";

/** How a child is started. */
export type StartMethodName = "thread" | "spawn" | "forkserver" | "fork";

/** What a child's stream is connected to: the parent's own stream, a stream that the parent uses, or nothing. */
export type Stdio = "inherit" | "pipe" | "ignore";

/** The work of a child whose memory is a copy of the parent's. */
export interface InheritedRun {
  /** Runs in the child while the parent's functions are still on the stack. */
  prepare(): void;
  /** Runs the child, when the stack is its own. @param openChannel opens the child's end of its channel. */
  run(openChannel: () => Channel): void;
}

/** Everything that a start method needs to start a child. */
export interface LaunchSpec {
  /** The name of the Process; tools that list threads show it. */
  readonly name: string;
  /**
   * Runs the child, when it inherits the parent's memory and so needs no `startMessage`. `null` for start methods that
   * inherit nothing.
   */
  readonly runInherited: InheritedRun | null;
  /** The child's first message, encoded. `launch()` clones it before it does anything else. */
  readonly startMessage: unknown;
  /** Calls the function that clones `startMessage`. When that throws, its error names the part at fault. */
  cloning<T>(clone: () => T): T;
  /** The process that starts the child. */
  readonly parent: { readonly pid: number; readonly threadId: number; readonly name: string };
  /** The URL of the program's main module; `null` when it has none. */
  readonly mainModule: string | null;
  /** URLs of the modules that the child imports to find its target. */
  readonly modules: readonly string[];
  /** The objects in `startMessage` to move rather than copy. */
  readonly transferList: readonly TransferListItem[];
  readonly stdin: Stdio;
  readonly stdout: Stdio;
  readonly stderr: Stdio;
  /** The child's environment. Default: a copy of the parent's. */
  readonly env: NodeJS.ProcessEnv | undefined;
  /** Node's own options for the child. Default: the parent's. */
  readonly execArgv: readonly string[] | undefined;
  readonly resourceLimits: import("node:worker_threads").ResourceLimits | undefined;
}

/** How a child ended. */
export interface Exit {
  /** `0`, `1` for an uncaught error, `n` from `process.exit(n)`, `-s` when signal `s` ended it. */
  readonly code: number;
  /** The cause, when the child could not send it: it ran out of memory, or could not be started. */
  readonly error?: unknown;
}

/** A child that was started. Code outside of `start/` knows a child only by this, however it was started. */
export interface Child {
  /**
   * The operating system's id of the process that it runs in; 0 when it could not be started. Reading it blocks this
   * thread until it is known.
   */
  readonly pid: number;
  /** Whether `pid` is known. It is not while a fork server boots or imports modules. */
  readonly hasPid: boolean;
  /** Its thread's id as `worker_threads` counts; 0 for a process of its own. */
  readonly threadId: number;
  readonly channel: Channel;
  /** Settles once, when the child has ended and all its messages were delivered. Never rejects. */
  readonly exited: Promise<Exit>;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** The last lines that it wrote to its stderr. */
  readonly stderrTail: string;
  /** Sends a signal to a process; ends a thread. */
  kill(signal: NodeJS.Signals): void;
  /** Sets whether it keeps this program alive. Default: it does. */
  ref(alive: boolean): void;
}

/** One way to start children. */
export interface StartMethod {
  readonly name: StartMethodName;
  /** The reach that memory needs to be shared with its children. */
  readonly reach: MemoryReach;
  /** Whether a child's memory is a copy of this process's, so that its work is called and not sent. Default: no. */
  readonly inherits?: true;
  /**
   * Starts a child.
   *
   * @throws the error of `spec.cloning()` when `spec.startMessage` cannot be cloned, or the system's error; nothing was
   *   started then.
   */
  launch(spec: LaunchSpec): Child;
}

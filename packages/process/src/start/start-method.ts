import type { Readable, Writable } from "node:stream";
import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../base/shareable.ts";
import type { Channel } from "../channel/channel.ts";

/** How a child is born. */
export type StartMethodName = "thread" | "spawn" | "forkserver" | "fork";

/** Where a child's stream goes: to the parent's own, to a stream in the parent's hands, or nowhere. */
export type Stdio = "inherit" | "pipe" | "ignore";

/** All that a start method must know to make a child. */
export interface LaunchSpec {
  /** The name of the Process, for what shows names of threads. */
  readonly name: string;
  /**
   * What a child calls that inherits everything, instead of being sent `boot`: it has all in its memory. `null` for the ways
   * that do not inherit.
   */
  readonly live: ((channel: Channel) => void) | null;
  /** The first message that the child gets; it is encoded, and cloning it is the first thing that launching does. */
  readonly boot: unknown;
  /** URLs of modules that the child will import to find its target. */
  readonly modules: readonly string[];
  /** What of `boot` is to be moved rather than copied. */
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
  /** What ended it, where it could not tell itself: it ran out of memory, or could not be started. */
  readonly error?: unknown;
}

/** A child that was born: the whole seam between how it came about and what is done with it. */
export interface Child {
  /** The operating system's id of the process that it runs in. */
  readonly pid: number;
  /** Its thread's id as `worker_threads` counts; 0 when it has a process of its own. */
  readonly threadId: number;
  readonly channel: Channel;
  /** Settles once, when the child has ended and all that it sent was delivered. Never rejects. */
  readonly exited: Promise<Exit>;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** The last lines that it wrote to its stderr. */
  readonly lastWords: string;
  /** Ends it, politely where there is a difference. */
  terminate(): void;
  /** Ends it, or sends a process any other signal. */
  kill(signal: NodeJS.Signals): void;
  /** Whether it keeps this program alive. It does at first. */
  ref(alive: boolean): void;
}

/** One way to make children. */
export interface StartMethod {
  readonly name: StartMethodName;
  /** How far memory must reach to be shared with its children. */
  readonly reach: Reach;
  /** Whether children have everything that this process has, and are called rather than sent to. Default: no. */
  readonly inherits?: true;
  /**
   * Makes a child.
   *
   * @throws what cloning throws when `spec.boot` cannot be cloned; nothing was started then.
   */
  launch(spec: LaunchSpec): Child;
}

import type { MessagePort } from "node:worker_threads";
import type { Identity } from "../../process/info/identity.ts";

/** The argument of a pool thread's only piscina call. All other messages arrive over `port`. */
export interface ThreadStart {
  readonly identity: Identity;
  readonly port: MessagePort;
  /** An integer in shared memory: how many run messages the thread has started on. */
  readonly startedRuns: Int32Array;
}

/** The argument of a spare thread's only piscina call: its {@link ThreadStart} arrives over `startPort`. */
export interface SpareThreadStart {
  readonly startPort: MessagePort;
}

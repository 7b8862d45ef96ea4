import type { Environment } from "./environment.ts";
import type { schemaVersion } from "./schema-version.ts";
import type { Family } from "./spawn-result.ts";
import type { Warning } from "./warning.ts";

/** The kind of payload: a string, bytes, a flat array of numbers, nested objects, or doubles in a typed array. */
export type Shape = "string" | "bytes" | "array" | "object" | "float64";

/** One batch of round trips. Times are nanoseconds for one message one way. */
export interface MessageSample {
  readonly round: number;
  readonly seq: number;
  readonly wayNs: number;
  /** CPU time of the near side's thread for each message; absent where the system does not report CPU times. */
  readonly nearCpuNs?: number;
  /** CPU time of the far side's main thread for each message. */
  readonly farCpuNs?: number;
}

/** One transport with one shape and size, one message at a time. */
export interface MessageCell {
  readonly transport: string;
  readonly shape: Shape;
  /** Size of the payload as bytes of text or memory; its encoding may be larger. */
  readonly bytes: number;
  readonly samples: readonly MessageSample[];
}

/** One transport with one shape and size, several messages in flight. */
export interface MessageStream extends MessageCell {
  /** Number of messages in flight. A sample's `wayNs` is the whole time divided by the number of messages. */
  readonly window: number;
}

/** The fit t(n) = L + n/B of one transport and shape. */
export interface MessageFit {
  readonly transport: string;
  readonly shape: Shape;
  /** L, the time of an empty message one way. */
  readonly latencyNs: number;
  /** B, in bytes per second; infinite when the time does not depend on the size. */
  readonly bytesPerSecond: number;
  /** The largest relative distance of a median from the fit; above 0.5 the fit does not describe the data. */
  readonly worstResidual: number;
}

/** Where the far side of a transport is: a thread of this process, or another process. */
export type Reach = "thread" | "process";

/** A transport that was measured, or why it is unavailable. */
export interface TransportInfo {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  readonly reach: Reach;
  readonly unavailable?: string;
}

/** The result of measuring messages, as saved. */
export interface MessageResult {
  readonly schemaVersion: typeof schemaVersion;
  readonly kind: "message";
  readonly tool: { readonly name: string; readonly version: string };
  readonly startedAt: string;
  readonly durationNs: number;
  readonly context: Environment;
  readonly design: {
    readonly seed: number;
    readonly rounds: number;
    readonly sizes: readonly number[];
    readonly shapes: readonly Shape[];
    /** Numbers of messages in flight in the streams. */
    readonly windows: readonly number[];
    readonly stoppedBy: "rounds" | "max-time" | "interrupted";
  };
  readonly transports: readonly TransportInfo[];
  /** One message at a time: latency. */
  readonly cells: readonly MessageCell[];
  /** Several messages in flight: throughput. */
  readonly streams: readonly MessageStream[];
  readonly fits: readonly MessageFit[];
  readonly warnings: readonly Warning[];
}

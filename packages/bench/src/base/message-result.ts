import type { Environment } from "./environment.ts";
import type { schemaVersion } from "./scaling-result.ts";
import type { Family } from "./spawn-result.ts";
import type { Warning } from "./warning.ts";

/** What is sent: one text, bytes, a flat array of numbers, nested objects, or doubles in a typed array. */
export type Shape = "string" | "bytes" | "array" | "object" | "float64";

/** One batch of messages to and fro. Nanoseconds for one message one way. */
export interface MessageSample {
  readonly round: number;
  readonly seq: number;
  readonly wayNs: number;
  /** CPU time of this side's thread for each message; absent where the system does not tell. */
  readonly nearCpuNs?: number;
  /** CPU time of the other side's main thread for each message. */
  readonly farCpuNs?: number;
}

/** One transport with one shape and size. */
export interface MessageCell {
  readonly transport: string;
  readonly shape: Shape;
  /** Size of the payload as bytes of text or memory; what travels may be more. */
  readonly bytes: number;
  readonly samples: readonly MessageSample[];
}

/** One transport with one shape and size, many messages under way at once. */
export interface MessageStream extends MessageCell {
  /** How many messages were under way. A sample's `wayNs` is then what each of them took of the whole time. */
  readonly window: number;
}

/** t(n) = L + n/B of one transport and shape. */
export interface MessageFit {
  readonly transport: string;
  readonly shape: Shape;
  /** L, what the smallest message takes one way. */
  readonly latencyNs: number;
  /** B, in bytes per second; infinite when size does not matter. */
  readonly bytesPerSecond: number;
  /** The largest relative distance of a median from the line; above 0.5 the line does not hold. */
  readonly worstResidual: number;
}

/** Where a transport's other side is: in this process, or in one of its own. */
export type Reach = "thread" | "process";

/** A transport that was measured, or why it was not. */
export interface TransportInfo {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  readonly reach: Reach;
  readonly unavailable?: string;
}

/** A run of the message question on disk. */
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
    /** Messages under way at once in the streams. */
    readonly windows: readonly number[];
    readonly stoppedBy: "rounds" | "max-time" | "interrupted";
  };
  readonly transports: readonly TransportInfo[];
  /** One message at a time. */
  readonly cells: readonly MessageCell[];
  /** Many at a time: throughput. */
  readonly streams: readonly MessageStream[];
  readonly fits: readonly MessageFit[];
  readonly warnings: readonly Warning[];
}

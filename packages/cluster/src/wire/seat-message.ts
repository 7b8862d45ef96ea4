import type { MessageToPool, WorkerBoot } from "@manyhands/process/engine";
import type { ControlMessage } from "../code/admission.ts";
import type { Needs } from "../code/needs.ts";
import type { FileHash } from "../code/program-file.ts";
import type { Roots } from "../code/roots.ts";
import type { LargePart } from "./large-parts.ts";
import type { Proved } from "./proof.ts";

/** The version of these messages. A worker leaves a seat of another version to other workers. */
export const protocol = 3;

/** The request for a seat, as BullMQ's dashboards show it. It holds no values of the program. */
export interface SeatRequest extends Proved {
  readonly protocol: number;
  /** The id of the client. */
  readonly client: string;
  /** The name of the pool's worker. */
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** The lease of the client, in milliseconds. */
  readonly leaseMs: number;
  readonly manyhands: string;
  readonly node: string;
  /** The folder of the program, as a path. */
  readonly root: string;
  /** What a worker program must have: another one leaves the seat to others. */
  readonly needs: Needs;
}

/** The client that a seat belongs to, by the seat's id. */
export function clientOf(seat: string): string {
  return seat.slice(0, seat.indexOf("."));
}

/** What the proof of a request for a seat is bound to. */
export function placeOfSeat(seat: string): string[] {
  return ["seat", seat];
}

/** Messages to a seat, which a worker program serves. */
export type ToSeat =
  | { readonly boot: WorkerBoot; readonly name: string; readonly roots: Roots; readonly parts: readonly LargePart[] }
  /** A run message as bytes, which this version of Node may be unable to read, and the ids of its tasks. */
  | {
      readonly run: Uint8Array;
      readonly tasks: readonly number[];
      readonly node: string;
      readonly parts: readonly LargePart[];
      /** The modules of its new functions, as the client has them. */
      readonly modules: readonly FileHash[];
    }
  | { readonly message: ControlMessage }
  | { readonly kill: NodeJS.Signals };

/** Which worker program has taken a seat, and what it runs. */
export interface Here {
  readonly worker: string;
  /** See `SealedFor`. */
  readonly session: string;
  /** The lease of the worker program, in milliseconds. */
  readonly leaseMs: number;
  readonly host: string;
  readonly node: string;
  readonly manyhands: string;
  /** The folder that stands for the client's, as a path. */
  readonly root: string;
  readonly lock: FileHash | null;
}

/** Messages of a seat to its client. */
export type FromSeat =
  /** The first message. */
  | { readonly here: Here }
  /** The process of the seat has started. */
  | { readonly started: { readonly pid: number; readonly threadId: number } }
  /** An answer as bytes, which this version of Node may be unable to read, and the id of its task. */
  | { readonly answer: Uint8Array; readonly task: number; readonly node: string }
  | { readonly message: MessageToPool }
  /** The worker program ends: the seat takes no further tasks. */
  | { readonly leaving: true }
  | {
      readonly exit: {
        readonly code: number;
        /** The message of the error that ended it; `null` for none. */
        readonly why: string | null;
        /** How many run messages the process started on. */
        readonly startedRuns: number;
        readonly stderrTail: string;
      };
    };

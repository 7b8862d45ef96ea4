import { deserialize } from "@manyhands/process/engine";
import { type Direction, type SealedFor, seal, unseal } from "./seal.ts";

/** What became of an entry that was read. */
export type Opened<Message> =
  | { readonly message: Message }
  /** It was read before: a connection that was cut sends some entries twice. */
  | "repeated"
  /** Entries before it are missing. */
  | "gap"
  /** It was sealed, and V8 of this version of Node cannot read it. */
  | "unreadable"
  /** It was not sealed with this cluster's key for this seat, or it was changed. */
  | "refused";

/** The messages of one seat: numbers and seals those that are sent, and checks those that are read. */
export class SeatChannel<In> {
  readonly #key: Uint8Array;
  readonly #outDirection: Direction;
  readonly #client: string;
  readonly #seat: string;
  /** That of messages to the worker program; see {@link SealedFor}. A client learns it by the first message. */
  session = "";
  #sent = 0;
  #read = 0;

  constructor(key: Uint8Array, outDirection: Direction, client: string, seat: string) {
    this.#key = key;
    this.#outDirection = outDirection;
    this.#client = client;
    this.#seat = seat;
  }

  /** Numbers and seals the bytes of a message. */
  seal(body: Uint8Array): { readonly number: number; readonly bytes: Buffer } {
    this.#sent += 1;
    return { number: this.#sent, bytes: seal(this.#key, body, this.#place(this.#outDirection, this.#sent)) };
  }

  /** Checks an entry and reads its message. */
  open(number: number, bytes: Uint8Array): Opened<In> {
    const direction = this.#outDirection === "to client" ? "to worker" : "to client";
    const body = unseal(this.#key, bytes, this.#place(direction, number));
    if (body === undefined) return "refused";
    if (number <= this.#read) return "repeated";
    if (number > this.#read + 1) return "gap";
    this.#read = number;
    try {
      return { message: deserialize(body) as In };
    } catch {
      return "unreadable";
    }
  }

  #place(direction: Direction, number: number): SealedFor {
    const session = direction === "to worker" ? this.session : "";
    return { direction, client: this.#client, seat: this.#seat, session, number };
  }
}

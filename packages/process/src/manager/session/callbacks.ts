import type { Translator } from "../../codec/form.ts";
import { callMethodName } from "./exposed-methods.ts";
import type { OutgoingCall } from "./outgoing-call.ts";
import { RemoteError } from "./remote-error.ts";

type Callback = (...args: unknown[]) => unknown;

/** What callbacks need of their session. */
interface CallbackSession {
  readonly isOpen: boolean;
  call(call: OutgoingCall): Promise<unknown>;
  notify(method: string, args: readonly unknown[]): void;
}

/** The functions that this side sent over a session, and stand-ins for those that it received. */
export class Callbacks {
  readonly #session: CallbackSession;
  readonly #sent = new Map<number, { readonly callback: Callback; references: number }>();
  readonly #numbers = new Map<Callback, number>();
  readonly #standIns: FinalizationRegistry<number>;
  #lastNumber = 0;

  /** A function is sent as a number and received as a stand-in, which calls it where it is and returns a promise. */
  readonly translator: Translator<Callback> = {
    kind: "callback",
    matches: (value) => typeof value === "function",
    write: (callback) => this.#addReference(callback),
    begin: (number) => this.#createStandIn(number as number),
  };

  constructor(session: CallbackSession) {
    this.#session = session;
    this.#standIns = new FinalizationRegistry((number) => {
      if (session.isOpen) session.notify("drop", [number]);
    });
  }

  /** Calls a function that was sent. */
  invoke(number: number, method: string, args: readonly unknown[]): unknown {
    const known = this.#sent.get(number);
    if (known === undefined || method !== callMethodName)
      throw new RemoteError("Cannot call a function: no function has that number");
    return known.callback(...args);
  }

  /** Removes one of the other side's references to a function. */
  drop(number: number): void {
    const known = this.#sent.get(number);
    if (known === undefined) return;
    known.references -= 1;
    if (known.references > 0) return;
    this.#sent.delete(number);
    this.#numbers.delete(known.callback);
  }

  #addReference(callback: Callback): number {
    const number = this.#numbers.get(callback) ?? --this.#lastNumber;
    this.#numbers.set(callback, number);
    const known = this.#sent.get(number);
    if (known === undefined) this.#sent.set(number, { callback, references: 1 });
    else known.references += 1;
    return number;
  }

  #createStandIn(number: number): Callback {
    if (!Number.isInteger(number) || number >= 0) throw new RemoteError("Cannot read a function: it has no number");
    const standIn = (...args: unknown[]) =>
      this.#session.call({ to: number, method: callMethodName, args, what: "a callback" });
    this.#standIns.register(standIn, number);
    return standIn;
  }
}

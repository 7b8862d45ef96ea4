import type { Translator } from "../../codec/form.ts";
import type { Ask } from "./ask.ts";
import { callItself } from "./exposed-methods.ts";
import { RemoteError } from "./remote-error.ts";

type Callback = (...args: unknown[]) => unknown;

/** A way to the other side. */
interface Line {
  readonly isOpen: boolean;
  call(ask: Ask): Promise<unknown>;
  tell(method: string, args: readonly unknown[]): void;
}

/** The functions that went over a session, and what stands for those that came. */
export class Callbacks {
  readonly #session: Line;
  readonly #sent = new Map<number, { readonly callback: Callback; grants: number }>();
  readonly #numbers = new Map<Callback, number>();
  readonly #came: FinalizationRegistry<number>;
  #last = 0;

  /** Functions cross as numbers, and arrive as functions that call them where they are; those return promises. */
  readonly translator: Translator<Callback> = {
    kind: "callback",
    matches: (value) => typeof value === "function",
    write: (callback) => this.#lend(callback),
    begin: (number) => this.#standIn(number as number),
  };

  constructor(session: Line) {
    this.#session = session;
    this.#came = new FinalizationRegistry((number) => {
      if (session.isOpen) session.tell("drop", [number]);
    });
  }

  /** Calls a function that was sent, or lets go of it. */
  invoke(number: number, method: string, args: readonly unknown[]): unknown {
    const known = this.#sent.get(number);
    if (known === undefined || method !== callItself)
      throw new RemoteError("Cannot call a function: there is none by that number");
    return known.callback(...args);
  }

  /** The other side has one stand-in less for a function. */
  drop(number: number): void {
    const known = this.#sent.get(number);
    if (known === undefined) return;
    known.grants -= 1;
    if (known.grants > 0) return;
    this.#sent.delete(number);
    this.#numbers.delete(known.callback);
  }

  #lend(callback: Callback): number {
    const number = this.#numbers.get(callback) ?? --this.#last;
    this.#numbers.set(callback, number);
    const known = this.#sent.get(number);
    if (known === undefined) this.#sent.set(number, { callback, grants: 1 });
    else known.grants += 1;
    return number;
  }

  #standIn(number: number): Callback {
    if (!Number.isInteger(number) || number >= 0) throw new RemoteError("Cannot read a function: it has no number");
    const standIn = (...args: unknown[]) =>
      this.#session.call({ to: number, method: callItself, args, what: "a callback" });
    this.#came.register(standIn, number);
    return standIn;
  }
}

import type { TransferListItem } from "node:worker_threads";
import type { WaitOptions } from "../../base/deadline.ts";
import { BrokenPipeError, CloneError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import type { Encoded } from "../../codec/encode.ts";
import { trimStack } from "../../process/child/trim-stack.ts";
import type { Ask, Caller } from "./ask.ts";
import type { CallChannel } from "./call-channel.ts";
import { asOfCaller, failureOf, type Made, withCaller } from "./call-failure.ts";
import { readLimits, within } from "./call-limits.ts";
import { plainly } from "./call-message.ts";
import { CallLine } from "./call-messages.ts";
import { Callbacks } from "./callbacks.ts";
import { Call, during } from "./manager-call.ts";
import { checkRequest, pack, packError, preparing, type Reply, type Request, unpack } from "./manager-message.ts";
import { collectSignals, signalTranslator, withSignal } from "./signal-form.ts";

/** What a side has to offer to calls from the other. */
export interface Host {
  /** @param to the object's number, > 0; 0 is the side itself. */
  invoke(session: Session, to: number, method: string, args: readonly unknown[]): unknown;
}

let receiving: Session | undefined;
let sending: Session | undefined;

/** The session whose message is being decoded now. */
export function receivingSession(): Session | undefined {
  return receiving;
}

/** The session for which a message is being encoded now. */
export function sendingSession(): Session | undefined {
  return sending;
}

/** Calls between a process and a manager, both ways, until one of them goes. */
export class Session {
  readonly reach: Reach;
  readonly #line: CallLine;
  readonly #host: Host;
  readonly #callbacks: Callbacks;
  readonly #translators;
  /** Calls of the other side's that are being answered, by number. */
  readonly #answering = new Map<number, Call>();
  /** The number of the last call of this side's. */
  #last = 0;

  constructor(channel: CallChannel, host: Host) {
    this.reach = channel.reach;
    this.#host = host;
    this.#callbacks = new Callbacks(this);
    this.#translators = [this.#callbacks.translator as never, signalTranslator as never];
    this.#line = new CallLine(channel, (request) => this.#answer(request));
    void channel.closed.then(() => {
      const gone = new BrokenPipeError("The caller is gone");
      for (const call of this.#answering.values()) call.abandon(gone);
    });
  }

  /** Begins to take calls, from whoever made this session and has it on record. What came before is taken at once. */
  begin(): void {
    this.#line.begin();
  }

  get isOpen(): boolean {
    return this.#line.isOpen;
  }

  get closed(): Promise<void> {
    return this.#line.closed;
  }

  close(): void {
    this.#line.close();
  }

  flushed(): Promise<void> {
    return this.#line.flushed();
  }

  /** Tells the other side, which may do it or be gone. */
  tell(method: string, args: readonly unknown[]): void {
    void this.#line.call({ to: 0, method, args: plainly(args), call: ++this.#last }, []);
  }

  /** Ends the calls under way that a caller has made: here at once, and at the other side, which then takes nothing for them. */
  giveUp({ calls }: Caller): void {
    for (const call of [...calls]) {
      this.#line.settle(call, { released: true });
      this.tell("cancel", [call]);
    }
  }

  /** Calls a method of an object at the other side. */
  call({ to, method, args, what, options = unlimited, caller }: Ask): Promise<unknown> {
    const made = (): Made => ({ what, args, from: new Error() });
    try {
      if (caller?.isReleased) throw failureOf({ released: true }, made(), this.reach);
      const transferList: TransferListItem[] = [];
      const { packed, signals } = this.#packArgs(args, transferList);
      const limits = readLimits(options, signals);
      const call = ++this.#last;
      caller?.calls.add(call);
      const answer = this.#line.call({ to, method, args: packed, call }, transferList);
      // A stack takes as long as a message: it is taken while the other side works.
      const asMade = made();
      const end = () => caller?.calls.delete(call);
      const cancel = () => this.tell("cancel", [call]);
      const reply = limits === undefined ? answer : within(limits, answer, cancel, what).finally(end);
      return reply.then((reply) => {
        end();
        return this.#read(reply, asMade);
      });
    } catch (error) {
      return Promise.reject(error instanceof CloneError ? asOfCaller(error, made()) : error);
    }
  }

  #read(reply: Reply, made: Made): unknown {
    if ("error" in reply) throw withCaller(this.#unpack(reply.error), made);
    if (!("value" in reply)) throw failureOf(reply, made, this.reach);
    const { value } = reply;
    if (!value.forms) return value.value;
    const prepared = preparing(value);
    return prepared === undefined ? this.#unpack(value) : prepared.then(() => this.#unpack(value));
  }

  #packArgs(args: readonly unknown[], transferList: TransferListItem[]) {
    const signals: AbortSignal[] = [];
    if (args.every(isPlain)) return { packed: plainly(args), signals };
    const packed = collectSignals(signals, () => this.#pack(args, "args", transferList));
    return { packed, signals };
  }

  #pack(value: unknown, path: string, transferList: TransferListItem[] = []): Encoded {
    if (isPlain(value)) return plainly(value);
    const before = sending;
    sending = this;
    try {
      return pack(value, path, this.reach, this.#translators, transferList);
    } finally {
      sending = before;
    }
  }

  #unpack(packed: Parameters<typeof unpack>[0]): unknown {
    const before = receiving;
    receiving = this;
    try {
      return unpack(packed, this.#translators);
    } finally {
      receiving = before;
    }
  }

  #answer(request: Request): Reply | Promise<Reply> {
    try {
      checkRequest(request);
      const { to, method, args } = request;
      if (to === 0 && (method === "cancel" || method === "drop")) return this.#turnTo(method, args.value);
      const call = new Call(this);
      const reply = this.#do(request, call);
      return reply instanceof Promise ? this.#answerLater(request.call, call, reply) : reply;
    } catch (error) {
      return this.#errorReply(error);
    }
  }

  #errorReply(error: unknown): Reply {
    trimStack(error);
    return { error: packError(error, this.reach, this.#translators) };
  }

  #turnTo(method: "cancel" | "drop", args: unknown): Reply {
    const number = Number(Array.isArray(args) ? args[0] : undefined);
    if (method === "cancel") this.#answering.get(number)?.abandon(new Error("The caller gave up"));
    else this.#callbacks.drop(number);
    return { cancelled: true };
  }

  async #answerLater(number: number, call: Call, reply: Promise<Reply>): Promise<Reply> {
    this.#answering.set(number, call);
    const cancelled = new Promise<Reply>((resolve) => {
      // What waits learns it first, and may still say that it has something.
      call.onAbandon(() => setImmediate(resolve, { cancelled: true }));
    });
    try {
      return await Promise.race([reply, cancelled]);
    } catch (error) {
      return call.isAbandoned ? cancelled : this.#errorReply(error);
    } finally {
      this.#answering.delete(number);
    }
  }

  #do(request: Request, call: Call): Reply | Promise<Reply> {
    const prepared = preparing(request.args);
    return prepared === undefined ? this.#apply(request, call) : prepared.then(() => this.#apply(request, call));
  }

  #apply({ to, method, args: packed }: Request, call: Call): Reply | Promise<Reply> {
    const args = (packed.forms ? withSignal(call, () => this.#unpack(packed)) : packed.value) as unknown[];
    if (!Array.isArray(args)) throw new TypeError("Cannot call: the arguments are no list");
    const result = during(call, () =>
      to < 0 ? this.#callbacks.invoke(to, method, args) : this.#host.invoke(this, to, method, args),
    );
    return isThenable(result)
      ? Promise.resolve(result).then((value) => this.#valueReply(value))
      : this.#valueReply(result);
  }

  #valueReply(result: unknown): Reply {
    try {
      return { value: this.#pack(result, "result") };
    } catch (cause) {
      return { unsendable: (cause as Error).message };
    }
  }
}

const unlimited: WaitOptions = {};

/** Whether a value crosses as it is, whatever the codec makes of others. */
function isPlain(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol");
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

import type { TransferListItem } from "node:worker_threads";
import type { WaitOptions } from "../../base/deadline.ts";
import { BrokenPipeError, CloneError } from "../../base/errors.ts";
import { expectRejection, type PendingCall } from "../../base/pending-call.ts";
import type { Reach } from "../../base/shareable.ts";
import { trimStack } from "../../base/stack.ts";
import type { Encoded } from "../../codec/encode.ts";
import { appendCallerStack, type CallOrigin, replyError, useCallerStack } from "./call-failure.ts";
import { readLimits, waitWithinLimits } from "./call-limits.ts";
import { asPlain, type CallReply, type CallRequest, checkRequest } from "./call-message.ts";
import { type CallChannel, CallTransport } from "./call-transport.ts";
import { decodeValue, encodeError, encodeValue, importNeeded } from "./call-value.ts";
import { Callbacks } from "./callbacks.ts";
import { IncomingCall, runAsCurrentCall } from "./incoming-call.ts";
import type { CallOwner, OutgoingCall } from "./outgoing-call.ts";
import { collectSignals, signalTranslator, withSignal } from "./signal-form.ts";

/** Handles the calls of the other side. */
export interface CallHandler {
  /** @param to the id of the object, > 0; 0 is this side itself. */
  invoke(session: CallSession, to: number, method: string, args: readonly unknown[]): unknown;
}

let decoding: CallSession | undefined;
let encoding: CallSession | undefined;

/** The session whose message is being decoded. */
export function decodingSession(): CallSession | undefined {
  return decoding;
}

/** The session for which a message is being encoded. */
export function encodingSession(): CallSession | undefined {
  return encoding;
}

/** Calls between a process and a manager, both ways over one channel, until either side disconnects. */
export class CallSession {
  readonly reach: Reach;
  readonly #transport: CallTransport;
  readonly #handler: CallHandler;
  readonly #callbacks: Callbacks;
  readonly #translators;
  /** Calls of the other side that were not replied to yet, by number. */
  readonly #incomingCalls = new Map<number, IncomingCall>();
  /** The number of the last call of this side. */
  #lastNumber = 0;

  constructor(channel: CallChannel, handler: CallHandler) {
    this.reach = channel.reach;
    this.#handler = handler;
    this.#callbacks = new Callbacks(this);
    this.#translators = [this.#callbacks.translator as never, signalTranslator as never];
    this.#transport = new CallTransport(channel, (request) => this.#answer(request));
    void channel.closed.then(() => {
      const disconnected = new BrokenPipeError("The caller has disconnected");
      for (const call of this.#incomingCalls.values()) call.abandon(disconnected);
    });
  }

  /**
   * Starts to receive. Separate from the constructor, so that the owner can store the session before the first call
   * arrives. Messages that arrived before are handled at once.
   */
  startReceiving(): void {
    this.#transport.startReceiving();
  }

  /** Whether this side has ended the other one, and with it the calls in flight. */
  isEnding = false;

  get isOpen(): boolean {
    return this.#transport.isOpen;
  }

  get closed(): Promise<void> {
    return this.#transport.closed;
  }

  close(): void {
    this.#transport.close();
  }

  flushed(): Promise<void> {
    return this.#transport.flushed();
  }

  /** Calls a method of the other side itself, without waiting for a reply or an error. */
  notify(method: string, args: readonly unknown[]): void {
    void this.#transport.call({ to: 0, method, args: asPlain(args), call: ++this.#lastNumber }, []);
  }

  /** Cancels the calls in flight of an owner. They end here at once; the other side then takes nothing for them. */
  cancelCalls({ calls }: CallOwner): void {
    for (const call of [...calls]) {
      this.#transport.settle(call, { released: true });
      this.notify("cancel", [call]);
    }
  }

  /** Calls a method of an object at the other side. */
  call({ to, method, args, what, options = unlimited, owner }: OutgoingCall): Promise<unknown> {
    const createOrigin = (): CallOrigin => ({ what, args, stackSource: new Error() });
    try {
      if (owner?.isReleased) throw replyError({ released: true }, createOrigin(), this.reach);
      const transferList: TransferListItem[] = [];
      const { packed, signals } = this.#encodeArgs(args, transferList);
      const limits = readLimits(options, signals);
      const call = ++this.#lastNumber;
      owner?.calls.add(call);
      const transportReply = this.#transport.call({ to, method, args: packed, call }, transferList);
      // Capturing a stack takes as long as sending a message: done after sending, while the other side works.
      const origin = createOrigin();
      const end = () => owner?.calls.delete(call);
      const cancel = () => this.notify("cancel", [call]);
      const reply =
        limits === undefined ? transportReply : waitWithinLimits(limits, transportReply, cancel, what).finally(end);
      const pending: PendingCall = {};
      const answer = reply.then((reply) => {
        end();
        const isEnded = this.isEnding || owner?.isReleased === true || owner?.isEnding === true;
        if (isEnded && !("value" in reply)) expectRejection(pending);
        return this.#readReply(reply, origin);
      });
      pending.promise = answer;
      return answer;
    } catch (error) {
      return Promise.reject(error instanceof CloneError ? useCallerStack(error, createOrigin()) : error);
    }
  }

  #readReply(reply: CallReply, origin: CallOrigin): unknown {
    if ("error" in reply) throw appendCallerStack(this.#decode(reply.error), origin);
    if (!("value" in reply)) throw replyError(reply, origin, this.reach);
    const { value } = reply;
    if (!value.hasForms) return value.value;
    const prepared = importNeeded(value);
    return prepared === undefined ? this.#decode(value) : prepared.then(() => this.#decode(value));
  }

  #encodeArgs(args: readonly unknown[], transferList: TransferListItem[]) {
    const signals: AbortSignal[] = [];
    if (args.every(isPlain)) return { packed: asPlain(args), signals };
    const packed = collectSignals(signals, () => this.#encode(args, "args", transferList));
    return { packed, signals };
  }

  #encode(value: unknown, path: string, transferList: TransferListItem[] = []): Encoded {
    if (isPlain(value)) return asPlain(value);
    const before = encoding;
    encoding = this;
    try {
      return encodeValue(value, path, this.reach, this.#translators, transferList);
    } finally {
      encoding = before;
    }
  }

  #decode(packed: Parameters<typeof decodeValue>[0]): unknown {
    const before = decoding;
    decoding = this;
    try {
      return decodeValue(packed, this.#translators);
    } finally {
      decoding = before;
    }
  }

  #answer(request: CallRequest): CallReply | Promise<CallReply> {
    try {
      checkRequest(request);
      const { to, method, args } = request;
      if (to === 0 && (method === "cancel" || method === "drop")) return this.#cancelOrDrop(method, args.value);
      const call = new IncomingCall(this);
      const reply = this.#importAndInvoke(request, call);
      return reply instanceof Promise ? this.#answerLater(request.call, call, reply) : reply;
    } catch (error) {
      return this.#errorReply(error);
    }
  }

  #errorReply(error: unknown): CallReply {
    trimStack(error);
    return { error: encodeError(error, this.reach, this.#translators) };
  }

  #cancelOrDrop(method: "cancel" | "drop", args: unknown): CallReply {
    const number = Number(Array.isArray(args) ? args[0] : undefined);
    if (method === "cancel") this.#incomingCalls.get(number)?.abandon(new Error("The caller cancelled the call"));
    else this.#callbacks.drop(number);
    return { cancelled: true };
  }

  async #answerLater(number: number, call: IncomingCall, reply: Promise<CallReply>): Promise<CallReply> {
    this.#incomingCalls.set(number, call);
    const abandoned = new Promise<CallReply>((resolve) => {
      // Code that waits for the signal runs first, and may still return what it took.
      call.onAbandon(() => setImmediate(resolve, { cancelled: true }));
    });
    try {
      return await Promise.race([reply, abandoned]);
    } catch (error) {
      return call.isAbandoned ? abandoned : this.#errorReply(error);
    } finally {
      this.#incomingCalls.delete(number);
    }
  }

  #importAndInvoke(request: CallRequest, call: IncomingCall): CallReply | Promise<CallReply> {
    const prepared = importNeeded(request.args);
    return prepared === undefined ? this.#invoke(request, call) : prepared.then(() => this.#invoke(request, call));
  }

  #invoke({ to, method, args: packed }: CallRequest, call: IncomingCall): CallReply | Promise<CallReply> {
    const args = (packed.hasForms ? withSignal(call, () => this.#decode(packed)) : packed.value) as unknown[];
    if (!Array.isArray(args)) throw new TypeError("Cannot call: the arguments are not a list");
    const result = runAsCurrentCall(call, () =>
      to < 0 ? this.#callbacks.invoke(to, method, args) : this.#handler.invoke(this, to, method, args),
    );
    return isThenable(result)
      ? Promise.resolve(result).then((value) => this.#valueReply(value))
      : this.#valueReply(result);
  }

  #valueReply(result: unknown): CallReply {
    try {
      return { value: this.#encode(result, "result") };
    } catch (cause) {
      return { unsendable: (cause as Error).message };
    }
  }
}

const unlimited: WaitOptions = {};

/** Whether a value is sent as it is, without the codec. */
function isPlain(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol");
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

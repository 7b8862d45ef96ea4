import type { TransferListItem } from "node:worker_threads";
import type { Endpoint } from "comlink";
import { lazyRequire } from "../../base/lazy-require.ts";
import type { Channel } from "../../channel/channel.ts";
import type { CallReply, CallRequest } from "./call-message.ts";
import {
  encodedReply,
  encodedRequest,
  isCallMessage,
  plainReply,
  plainRequest,
  readReply,
  readRequest,
  replyMessage,
  requestMessage,
} from "./call-message.ts";
import { SpinWait } from "./spin-wait.ts";

/** What calls need of a channel. */
export type CallChannel = Omit<Channel, "poll" | "isFlushed" | "flushSync"> & Partial<Pick<Channel, "poll">>;

type ComlinkListener = (event: { readonly data: unknown }) => void;
type Answer = CallReply | Promise<CallReply>;

/** The only property of the other side that comlink can reach. */
const path = "call";

/** The part used here of the messages that comlink sends through its endpoint. */
interface ComlinkMessage {
  readonly id: string;
  readonly type: string;
  readonly argumentList?: readonly { readonly value: CallRequest }[];
  readonly value?: CallReply;
}

/**
 * Requests and replies, both ways over one channel. comlink pairs them; this class adds what comlink lacks.
 *
 * When the channel closes, calls in flight get the reply `lost`; a request that cannot be cloned gets `refused`. So
 * every call gets a reply, and no call stays in comlink's tables. comlink's own messages are not sent: they would let
 * the other side reach any property of any object. A message here is the number of a call and a request to one
 * function.
 */
export class CallTransport {
  readonly #channel: CallChannel;
  readonly #spin: SpinWait | undefined;
  #onRequest: ComlinkListener = () => {};
  #onReply: ComlinkListener = () => {};
  /** Calls without a reply: comlink's id of each, by number. */
  readonly #pending = new Map<number, string>();
  readonly #callOverComlink: (request: CallRequest) => Promise<CallReply>;
  #received = 0;
  #open = true;
  /** Whether the channel keeps the event loop alive, and whether it is scheduled to stop. */
  #isRefed = false;
  #isUnrefScheduled = false;

  /** @param answer handles a request of the other side; neither throws nor rejects. */
  constructor(channel: CallChannel, answer: (request: CallRequest) => Answer) {
    this.#channel = channel;
    if (channel.poll !== undefined) this.#spin = new SpinWait(() => this.#poll());
    const { expose, wrap } = comlink();
    expose(
      { [path]: answer },
      this.#createEndpoint((listener) => {
        this.#onRequest = listener;
      }),
    );
    const remote = wrap<{ call(request: CallRequest): Promise<CallReply> }>(
      this.#createEndpoint((listener) => {
        this.#onReply = listener;
      }),
    );
    this.#callOverComlink = remote[path] as (request: CallRequest) => Promise<CallReply>;
    void channel.closed.then(() => this.close());
  }

  /** Starts to receive; messages that arrived before are handled at once. */
  startReceiving(): void {
    this.#channel.receive((message: unknown) => this.#receive(message));
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get closed(): Promise<void> {
    return this.#channel.closed;
  }

  /**
   * Sends a request and waits for its reply; keeps the event loop alive meanwhile. Never rejects: the reply is `lost`
   * when none can arrive.
   *
   * @param request has a number that no call in flight has.
   */
  call(request: CallRequest, transferList: readonly TransferListItem[]): Promise<CallReply> {
    return this.#callOverComlink(
      transferList.length > 0 ? comlink().transfer(request, transferList as never[]) : request,
    );
  }

  /** Closes the channel. Calls in flight get the reply `lost`, on both sides. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#channel.close();
    for (const number of [...this.#pending.keys()]) this.settle(number, { lost: true });
  }

  /** Gives a call of this side its reply, unless it has one. */
  settle(number: number, value: CallReply): void {
    const id = this.#pending.get(number);
    if (id === undefined) return;
    this.#pending.delete(number);
    if (this.#pending.size === 0) this.#scheduleUnref();
    this.#onReply({ data: { id, type: "RAW", value } });
  }

  /** Resolves when everything sent has left this process. */
  flushed(): Promise<void> {
    return this.#channel.flushed();
  }

  #createEndpoint(listen: (listener: ComlinkListener) => void): Endpoint {
    return {
      postMessage: (message, transferList) => this.#sendComlinkMessage(message, transferList as never),
      addEventListener: (_, listener) => listen(listener as ComlinkListener),
      removeEventListener() {},
    };
  }

  #sendComlinkMessage({ id, argumentList, value }: ComlinkMessage, transferList?: readonly TransferListItem[]): void {
    if (argumentList === undefined) this.#sendReply(Number(id), value as CallReply);
    else this.#sendRequest(id, (argumentList[0] as { value: CallRequest }).value, transferList);
  }

  #sendRequest(id: string, request: CallRequest, transferList?: readonly TransferListItem[]): void {
    const number = request.call;
    this.#pending.set(number, id);
    if (!this.#isRefed) {
      this.#isRefed = true;
      this.#channel.ref(true);
    }
    // comlink does not expect a reply before its `postMessage` returns.
    if (!this.#open) queueMicrotask(() => this.settle(number, { lost: true }));
    else {
      try {
        this.#channel.send(requestMessage(request), transferList);
        this.#spin?.start(true);
      } catch (refused) {
        queueMicrotask(() => this.settle(number, { refused }));
      }
    }
  }

  #sendReply(number: number, reply: CallReply): void {
    if (!this.#open) return;
    try {
      this.#channel.send(replyMessage(number, reply));
    } catch (refused) {
      this.#channel.send(replyMessage(number, { unsendable: String(refused) }));
    }
  }

  #poll(): boolean {
    const before = this.#received;
    this.#channel.poll?.();
    return this.#received !== before;
  }

  #receive(message: unknown): void {
    this.#received += 1;
    if (!isCallMessage(message)) {
      this.close();
      return;
    }
    switch (message[0]) {
      case plainReply:
      case encodedReply:
        this.settle(message[1], readReply(message));
        break;
      case plainRequest:
      case encodedRequest: {
        this.#spin?.start(false);
        const argumentList = [{ type: "RAW", value: readRequest(message) }];
        this.#onRequest({ data: { id: String(message[1]), type: "APPLY", path: [path], argumentList } });
      }
    }
  }

  // Not at once: after a call, the caller usually makes another.
  #scheduleUnref(): void {
    if (this.#isUnrefScheduled) return;
    this.#isUnrefScheduled = true;
    setImmediate(() => {
      this.#isUnrefScheduled = false;
      if (this.#pending.size > 0 || !this.#isRefed) return;
      this.#isRefed = false;
      this.#channel.ref(false);
    });
  }
}

let loaded: typeof import("comlink") | undefined;

/** Loads the package `comlink` at the first use of a manager. */
function comlink(): typeof import("comlink") {
  loaded ??= lazyRequire<typeof import("comlink")>("comlink");
  return loaded;
}

import type { TransferListItem } from "node:worker_threads";
import type { Endpoint } from "comlink";
import type { CallChannel } from "./call-channel.ts";
import {
  answering,
  answers,
  answersAtLength,
  asking,
  asks,
  asksAtLength,
  isCallMessage,
  replyIn,
  requestIn,
} from "./call-message.ts";
import { comlink } from "./comlink.ts";
import type { Reply, Request } from "./manager-message.ts";
import { Linger } from "./spin-wait.ts";

type Listener = (event: { readonly data: unknown }) => void;
type Answer = Reply | Promise<Reply>;

/** The one thing that a side may ask of the other, and how comlink names it. */
const path = "call";

/** What comlink gives to its endpoint. */
interface ComlinkMessage {
  readonly id: string;
  readonly type: string;
  readonly argumentList?: readonly { readonly value: Request }[];
  readonly value?: Reply;
}

/**
 * Calls and answers, both ways over one channel. comlink pairs them; what it leaves open is mended here: a call whose answer
 * cannot come any more is answered at once, and a message that cannot be cloned is an answer too, so that nothing stays in comlink's
 * tables. Of all that comlink would do for whoever speaks to it, such as reaching for any property of any object, nothing can be
 * said here but a call of one function with one plain argument: what crosses is a number and that argument, not comlink's own message.
 */
export class CallLine {
  readonly #channel: CallChannel;
  readonly #linger: Linger | undefined;
  #request: Listener = () => {};
  #answer: Listener = () => {};
  /** Calls that are not answered: comlink's name for each, by number. */
  readonly #pending = new Map<number, string>();
  readonly #call: (request: Request) => Promise<Reply>;
  #received = 0;
  #open = true;
  /** Whether the channel keeps the program alive, and whether it will soon be seen if it must. */
  #isHeld = false;
  #isResting = false;

  /** @param answer what is done with a call of the other side's; it neither throws nor rejects. */
  constructor(channel: CallChannel, answer: (request: Request) => Answer) {
    this.#channel = channel;
    if (channel.poll !== undefined) this.#linger = new Linger(() => this.#look());
    const { expose, wrap } = comlink();
    expose(
      { [path]: answer },
      this.#endpoint((listener) => {
        this.#request = listener;
      }),
    );
    const remote = wrap<{ call(request: Request): Promise<Reply> }>(
      this.#endpoint((listener) => {
        this.#answer = listener;
      }),
    );
    this.#call = remote[path] as (request: Request) => Promise<Reply>;
    void channel.closed.then(() => this.close());
  }

  /** Begins to take what comes; what came before is taken at once. */
  begin(): void {
    this.#channel.receive((message: unknown) => this.#receive(message));
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get closed(): Promise<void> {
    return this.#channel.closed;
  }

  /**
   * Calls the other side. While it waits, the program lives. Never rejects: an answer that can't come is `lost`.
   *
   * @param request its number is one that no other call has that is under way.
   */
  call(request: Request, transferList: readonly TransferListItem[]): Promise<Reply> {
    return this.#call(transferList.length > 0 ? comlink().transfer(request, transferList as never[]) : request);
  }

  /** Ends the line; calls in flight are answered `lost`, here and there. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#channel.close();
    for (const number of [...this.#pending.keys()]) this.settle(number, { lost: true });
  }

  /** Answers a call of this side's, if it was not answered yet. */
  settle(number: number, value: Reply): void {
    const id = this.#pending.get(number);
    if (id === undefined) return;
    this.#pending.delete(number);
    if (this.#pending.size === 0) this.#restSoon();
    this.#answer({ data: { id, type: "RAW", value } });
  }

  /** Resolves when what was said has left this process. */
  flushed(): Promise<void> {
    return this.#channel.flushed();
  }

  #endpoint(listen: (listener: Listener) => void): Endpoint {
    return {
      postMessage: (message, transferList) => this.#post(message, transferList as never),
      addEventListener: (_, listener) => listen(listener as Listener),
      removeEventListener() {},
    };
  }

  #post({ id, argumentList, value }: ComlinkMessage, transferList?: readonly TransferListItem[]): void {
    if (argumentList === undefined) this.#reply(Number(id), value as Reply);
    else this.#ask(id, (argumentList[0] as { value: Request }).value, transferList);
  }

  #ask(id: string, request: Request, transferList?: readonly TransferListItem[]): void {
    const number = request.call;
    this.#pending.set(number, id);
    if (!this.#isHeld) {
      this.#isHeld = true;
      this.#channel.ref(true);
    }
    // comlink expects its answer later than now.
    if (!this.#open) queueMicrotask(() => this.settle(number, { lost: true }));
    else {
      try {
        this.#channel.send(asking(request), transferList);
        this.#linger?.begin(true);
      } catch (refused) {
        queueMicrotask(() => this.settle(number, { refused }));
      }
    }
  }

  #reply(number: number, reply: Reply): void {
    if (!this.#open) return;
    try {
      this.#channel.send(answering(number, reply));
    } catch (refused) {
      this.#channel.send(answering(number, { unsendable: String(refused) }));
    }
  }

  #look(): boolean {
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
      case answers:
      case answersAtLength:
        this.settle(message[1], replyIn(message));
        break;
      case asks:
      case asksAtLength: {
        this.#linger?.begin(false);
        const argumentList = [{ type: "RAW", value: requestIn(message) }];
        this.#request({ data: { id: String(message[1]), type: "APPLY", path: [path], argumentList } });
      }
    }
  }

  // Not at once: whoever called will mostly call again.
  #restSoon(): void {
    if (this.#isResting) return;
    this.#isResting = true;
    setImmediate(() => {
      this.#isResting = false;
      if (this.#pending.size > 0 || !this.#isHeld) return;
      this.#isHeld = false;
      this.#channel.ref(false);
    });
  }
}

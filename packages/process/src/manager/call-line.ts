import type { TransferListItem } from "node:worker_threads";
import type { Endpoint } from "comlink";
import type { Encoded } from "../codec/encode.ts";
import type { CallChannel } from "./call-channel.ts";
import { comlink } from "./comlink.ts";
import type { Reply, Request } from "./wire.ts";

type Listener = (event: { readonly data: unknown }) => void;
type Answer = Reply | Promise<Reply>;

/** The one thing that a side may ask of the other, and how comlink names it. */
const path = "call";

/**
 * What crosses: which of the two it is, the call's number, and what was said. Most arguments and answers need nothing but to be
 * cloned, and go without the frame that says so, since cloning is most of what a call costs.
 */
type Message =
  | readonly [kind: typeof asks, number: number, to: number, method: string, args: unknown]
  | readonly [kind: typeof asksAtLength, number: number, request: Request]
  | readonly [kind: typeof answers, number: number, value: unknown]
  | readonly [kind: typeof answersAtLength, number: number, reply: Reply];
const asks = 1;
const asksAtLength = 2;
const answers = 3;
const answersAtLength = 4;

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
  readonly #requests: Listener[] = [];
  readonly #answers: Listener[] = [];
  /** Calls that are not answered: comlink's name for each, by number. */
  readonly #pending = new Map<number, string>();
  readonly #call: (request: Request) => Promise<Reply>;
  #last = 0;
  #open = true;
  /** Whether the channel keeps the program alive, and whether it will soon be seen if it must. */
  #isHeld = false;
  #isResting = false;

  /** @param answer what is done with a call of the other side's; it neither throws nor rejects. */
  constructor(channel: CallChannel, answer: (request: Request) => Answer) {
    this.#channel = channel;
    const { expose, wrap } = comlink();
    expose({ [path]: answer }, this.#endpoint(this.#requests));
    const remote = wrap<{ call(request: Request): Promise<Reply> }>(this.#endpoint(this.#answers));
    this.#call = remote[path] as (request: Request) => Promise<Reply>;
    channel.receive((message: unknown) => this.#receive(message));
    void channel.closed.then(() => this.close());
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get closed(): Promise<void> {
    return this.#channel.closed;
  }

  /** Calls the other side. While it waits, the program lives. Never rejects: an answer that can't come is `lost`. */
  call(request: Request, transferList: readonly TransferListItem[]): Promise<Reply> {
    return this.#call(transferList.length > 0 ? comlink().transfer(request, transferList as never[]) : request);
  }

  /** Ends the line; calls in flight are answered `lost`, here and there. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#channel.close();
    for (const number of [...this.#pending.keys()]) this.#settle(number, { lost: true });
  }

  /** Resolves when what was said has left this process. */
  flushed(): Promise<void> {
    return this.#channel.flushed();
  }

  #endpoint(listeners: Listener[]): Endpoint {
    return {
      postMessage: (message, transferList) => this.#post(message, transferList as never),
      addEventListener: (_, listener) => listeners.push(listener as Listener),
      removeEventListener: (_, listener) => listeners.splice(listeners.indexOf(listener as Listener), 1),
    };
  }

  #post({ id, argumentList, value }: ComlinkMessage, transferList: readonly TransferListItem[] = []): void {
    if (argumentList === undefined) {
      this.#reply(Number(id), value as Reply);
      return;
    }
    const number = ++this.#last;
    this.#pending.set(number, id);
    if (!this.#isHeld) {
      this.#isHeld = true;
      this.#channel.ref(true);
    }
    // comlink expects its answer later than now.
    if (!this.#open) queueMicrotask(() => this.#settle(number, { lost: true }));
    else {
      try {
        this.#channel.send(asking(number, (argumentList[0] as { value: Request }).value), transferList);
      } catch (refused) {
        queueMicrotask(() => this.#settle(number, { refused }));
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

  #receive(message: unknown): void {
    if (!isMessage(message)) this.close();
    else if (message[0] === answers) this.#settle(message[1], { value: plainly(message[2]) });
    else if (message[0] === answersAtLength) this.#settle(message[1], message[2]);
    else {
      const request =
        message[0] === asksAtLength
          ? message[2]
          : { to: message[2], method: message[3], args: plainly(message[4]), call: 0 };
      const argumentList = [{ type: "RAW", value: request }];
      for (const listener of this.#requests) {
        listener({ data: { id: String(message[1]), type: "APPLY", path: [path], argumentList } });
      }
    }
  }

  #settle(number: number, value: Reply): void {
    const id = this.#pending.get(number);
    if (id === undefined) return;
    this.#pending.delete(number);
    if (this.#pending.size === 0) this.#restSoon();
    for (const listener of this.#answers) listener({ data: { id, type: "RAW", value } });
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

function asking(number: number, request: Request): Message {
  const { to, method, args, call } = request;
  return call > 0 || args.forms ? [asksAtLength, number, request] : [asks, number, to, method, args.value];
}

function answering(number: number, reply: Reply): Message {
  const isPlain = "value" in reply && !reply.value.forms;
  return isPlain ? [answers, number, reply.value.value] : [answersAtLength, number, reply];
}

function plainly(value: unknown): Encoded {
  return { value, forms: false, modules: [] };
}

function isMessage(message: unknown): message is Message {
  if (!Array.isArray(message) || !Number.isSafeInteger(message[1])) return false;
  const [kind, , third, fourth] = message;
  if (kind === asks) return message.length === 5 && typeof third === "number" && typeof fourth === "string";
  const isLong = kind === asksAtLength || kind === answersAtLength;
  return message.length === 3 && (kind === answers || (isLong && typeof third === "object" && third !== null));
}

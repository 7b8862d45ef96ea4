import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { Encoded } from "../../codec/encode.ts";
import { RemoteError } from "./remote-error.ts";

/** A function for a pool in a manager: it is packed and sent, since the pool's workers run it. */
export interface ShippedFunction {
  readonly shipped: PackedTarget;
}

/** A call of a method, as it is sent. */
export interface CallRequest {
  /** The id of the object; 0 is the manager itself, a negative number is a callback. */
  readonly to: number;
  readonly method: string;
  readonly args: Encoded;
  /** The number of the call, unique among the calls of its side. Replies and `cancel` refer to it. */
  readonly call: number;
}

/** The outcome of a call. */
export type CallReply =
  | { readonly value: Encoded }
  | { readonly error: Encoded }
  /** The call was cancelled before it was done. */
  | { readonly cancelled: true }
  /** The result cannot be sent, for this reason. */
  | { readonly unsendable: string }
  /** The request cannot be sent: the error of cloning it. Created here, never sent. */
  | { readonly refused: unknown }
  /** The other side has disconnected. Created here, never sent. */
  | { readonly lost: true }
  /** The proxy was released meanwhile. Created here, never sent. */
  | { readonly released: true };

/**
 * A message of a session: its kind, the number of the call, and the content. Plain arguments and results, which need
 * no more than cloning, are sent without an `Encoded` object around them: cloning is most of the cost of a call.
 */
export type CallMessage =
  | readonly [kind: typeof plainRequest, number: number, to: number, method: string, ...args: unknown[]]
  | readonly [kind: typeof encodedRequest, number: number, to: number, method: string, args: Encoded]
  | readonly [kind: typeof plainReply, number: number, value: unknown]
  | readonly [kind: typeof encodedReply, number: number, reply: CallReply];

export const plainRequest = 1;
export const encodedRequest = 2;
export const plainReply = 3;
export const encodedReply = 4;

/** The message of a request. */
export function requestMessage({ to, method, args, call }: CallRequest): CallMessage {
  return args.hasForms
    ? [encodedRequest, call, to, method, args]
    : [plainRequest, call, to, method, ...(args.value as unknown[])];
}

/** The message of a reply. */
export function replyMessage(number: number, reply: CallReply): CallMessage {
  const isPlain = "value" in reply && !reply.value.hasForms;
  return isPlain ? [plainReply, number, reply.value.value] : [encodedReply, number, reply];
}

/** The request in a message. */
export function readRequest(
  message: CallMessage & { readonly 0: typeof plainRequest | typeof encodedRequest },
): CallRequest {
  const [kind, call, to, method, ...args] = message;
  return { to, method, args: kind === encodedRequest ? (args[0] as Encoded) : asPlain(args), call };
}

/** The reply in a message. */
export function readReply(message: CallMessage & { readonly 0: typeof plainReply | typeof encodedReply }): CallReply {
  return message[0] === plainReply ? { value: asPlain(message[2]) } : message[2];
}

/** Encodes a value that needs no more than cloning. */
export function asPlain(value: unknown): Encoded {
  return { value, hasForms: false, modules: noModules };
}

const noModules: readonly string[] = [];

// A message of a few bytes can announce a list of billions of elements. No function takes as many arguments as this.
const maxArguments = 100_000;

/** Whether a received value is a message. Does not check the content of the request or the reply. */
export function isCallMessage(message: unknown): message is CallMessage {
  if (!Array.isArray(message) || !Number.isSafeInteger(message[1])) return false;
  const [kind, , third, fourth, fifth] = message;
  switch (kind) {
    case plainRequest:
    case encodedRequest: {
      const hasArgs = kind === plainRequest ? message.length <= maxArguments : message.length === 5 && isObject(fifth);
      return hasArgs && Number.isInteger(third) && typeof fourth === "string";
    }
    case plainReply:
      return message.length === 3;
    case encodedReply:
      return message.length === 3 && isObject(third);
    default:
      return false;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** @throws {RemoteError} when a received request is invalid. */
export function checkRequest(request: CallRequest): void {
  const { to, method, args, call } = request ?? {};
  const isValid =
    Number.isInteger(to) &&
    typeof method === "string" &&
    Number.isInteger(call) &&
    typeof args === "object" &&
    args !== null &&
    typeof args.hasForms === "boolean" &&
    Array.isArray(args.modules);
  if (!isValid) throw new RemoteError("Cannot read a call: it is malformed");
}

import type { Encoded } from "../../codec/encode.ts";
import type { Reply, Request } from "./manager-message.ts";

/**
 * What crosses a line of calls: of which kind it is, the call's number, and what was said. Most arguments and answers need nothing but
 * to be cloned, and go without the frame that says so, since cloning is most of what a call costs.
 */
export type CallMessage =
  | readonly [kind: typeof asks, number: number, to: number, method: string, ...args: unknown[]]
  | readonly [kind: typeof asksAtLength, number: number, to: number, method: string, args: Encoded]
  | readonly [kind: typeof answers, number: number, value: unknown]
  | readonly [kind: typeof answersAtLength, number: number, reply: Reply];

export const asks = 1;
export const asksAtLength = 2;
export const answers = 3;
export const answersAtLength = 4;

/** The message that asks for something. */
export function asking({ to, method, args, call }: Request): CallMessage {
  return args.forms ? [asksAtLength, call, to, method, args] : [asks, call, to, method, ...(args.value as unknown[])];
}

/** The message that answers a call. */
export function answering(number: number, reply: Reply): CallMessage {
  const isPlain = "value" in reply && !reply.value.forms;
  return isPlain ? [answers, number, reply.value.value] : [answersAtLength, number, reply];
}

/** What was asked for by a message that asks. */
export function requestIn(message: CallMessage & { readonly 0: typeof asks | typeof asksAtLength }): Request {
  const [kind, call, to, method, ...args] = message;
  return { to, method, args: kind === asksAtLength ? (args[0] as Encoded) : plainly(args), call };
}

/** What was answered by a message that answers. */
export function replyIn(message: CallMessage & { readonly 0: typeof answers | typeof answersAtLength }): Reply {
  return message[0] === answers ? { value: plainly(message[2]) } : message[2];
}

/** A value that needs nothing but to be cloned. */
export function plainly(value: unknown): Encoded {
  return { value, forms: false, modules: noModules };
}

const noModules: readonly string[] = [];

// A few bytes may say that a list has billions of elements. No function takes as many arguments as this.
const mostArgs = 100_000;

/** Whether what came is a message at all; what a request or a reply says is for others to check. */
export function isCallMessage(message: unknown): message is CallMessage {
  if (!Array.isArray(message) || !Number.isSafeInteger(message[1])) return false;
  const [kind, , third, fourth, fifth] = message;
  switch (kind) {
    case asks:
    case asksAtLength: {
      const isOne = kind === asks ? message.length <= mostArgs : message.length === 5 && isObject(fifth);
      return isOne && Number.isInteger(third) && typeof fourth === "string";
    }
    case answers:
      return message.length === 3;
    case answersAtLength:
      return message.length === 3 && isObject(third);
    default:
      return false;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

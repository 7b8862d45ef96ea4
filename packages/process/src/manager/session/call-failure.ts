import { ClosedError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import { appendFrames, callerFrames, setStack } from "../../base/stack.ts";
import { cloneRefusal } from "../../codec/refusal.ts";
import type { CallReply } from "./call-message.ts";
import { disconnectedError } from "./disconnected.ts";
import { RemoteError } from "./remote-error.ts";

/** A call, as its errors describe it. */
export interface CallOrigin {
  readonly what: string;
  readonly args: readonly unknown[];
  /** An error created at the call. Its stack is formatted, which is slow, only if the call fails. */
  readonly stackSource: Error;
}

/** Appends the caller's stack to an error that was thrown at the other side. */
export function appendCallerStack(error: unknown, { what, stackSource }: CallOrigin): unknown {
  if (error instanceof Error) appendFrames(error, `${what} was called`, callerFrames(stackSource));
  return error;
}

/** Replaces the stack of an error that was created here by that of the caller. */
export function useCallerStack(error: Error, { stackSource }: CallOrigin): Error {
  setStack(error, `${error.name}: ${error.message}\n${callerFrames(stackSource)}`);
  return error;
}

/** The error for a reply that has neither a value nor an error. */
export function replyError(
  reply: Exclude<CallReply, { value: unknown } | { error: unknown }>,
  origin: CallOrigin,
  reach: Reach,
) {
  const { what, args } = origin;
  if ("refused" in reply)
    return useCallerStack(cloneRefusal(args, { reach, path: "args", transferList: [] }, reply.refused), origin);
  if ("unsendable" in reply) {
    return useCallerStack(
      new RemoteError(`Cannot answer ${what}: its result cannot be sent: ${reply.unsendable}`),
      origin,
    );
  }
  if ("released" in reply)
    return useCallerStack(new ClosedError(`Cannot call ${what}: its proxy was released`), origin);
  return useCallerStack(disconnectedError(what), origin);
}

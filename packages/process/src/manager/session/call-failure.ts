import { BrokenPipeError, ClosedError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import { cloneRefusal } from "../../codec/refusal.ts";
import { callerLines } from "../../process/child/trim-stack.ts";
import type { Reply } from "./manager-message.ts";
import { RemoteError } from "./remote-error.ts";

/** A call that was made, as its errors tell of it. */
export interface Made {
  readonly what: string;
  readonly args: readonly unknown[];
  /** Made where the call was made, in case that it fails: the text of its stack, which costs more, is made then. */
  readonly from: Error;
}

/** An error that was thrown at the other side tells of both stacks: there, and who called. */
export function withCaller(error: unknown, { what, from }: Made): unknown {
  if (error instanceof Error) setStack(error, `${error.stack}\n  ${what} was called\n${callerLines(from)}`);
  return error;
}

/** An error that was made here tells of who called. */
export function asOfCaller(error: Error, { from }: Made): Error {
  setStack(error, `${error.name}: ${error.message}\n${callerLines(from)}`);
  return error;
}

/** The error for a reply that brings neither a value nor an error. */
export function failureOf(reply: Exclude<Reply, { value: unknown } | { error: unknown }>, made: Made, reach: Reach) {
  const { what, args } = made;
  if ("refused" in reply)
    return asOfCaller(cloneRefusal(args, { reach, path: "args", transferList: [] }, reply.refused), made);
  if ("unsendable" in reply) {
    return asOfCaller(new RemoteError(`Cannot answer ${what}: its result cannot cross: ${reply.unsendable}`), made);
  }
  if ("released" in reply)
    return asOfCaller(new ClosedError(`Cannot call ${what}: the proxy that it was called by was released`), made);
  return asOfCaller(
    new BrokenPipeError(
      `Cannot call ${what}: the manager is gone; it was shut down, it died, or the connection to it broke`,
    ),
    made,
  );
}

function setStack(error: Error, stack: string): void {
  Object.defineProperty(error, "stack", { value: stack, writable: true, configurable: true });
}

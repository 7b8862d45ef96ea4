import { onAbort } from "../../base/abort-listener.ts";
import { longestTimer, readTimeout, type WaitOptions } from "../../base/deadline.ts";
import { TimeoutError } from "../../base/errors.ts";
import { isInterruptible, onInterrupt } from "../../base/interrupt.ts";
import type { CallReply } from "./call-message.ts";

/** What can end a call before its reply. */
export interface CallLimits {
  readonly signals: readonly AbortSignal[];
  readonly timeoutMs: number | undefined;
}

/** How long to wait for the reply to a cancelled call. */
const cancelGraceMs = 1000;

/** @param signals the signals among the arguments. @returns `undefined` when nothing limits the call. */
export function readLimits(
  { signal, timeoutMs }: WaitOptions,
  signals: readonly AbortSignal[],
): CallLimits | undefined {
  if (signal === undefined && timeoutMs === undefined && signals.length === 0 && !isInterruptible()) return undefined;
  readTimeout(timeoutMs);
  signal?.throwIfAborted();
  return { signals: signal === undefined ? signals : [...signals, signal], timeoutMs };
}

/**
 * Waits for a reply within limits, and until this thread is interrupted. When a limit ends the call, waits for the
 * reply to the cancellation too: the other side may already have taken something for the caller, which is then the
 * reply.
 *
 * @param cancel sends the cancellation. The other side replies `cancelled`, or with the result of the call.
 */
export async function waitWithinLimits(
  { signals, timeoutMs }: CallLimits,
  answer: Promise<CallReply>,
  cancel: () => void,
  what: string,
): Promise<CallReply> {
  let reason: unknown;
  let grace: NodeJS.Timeout | undefined;
  let endWith: (reply: CallReply) => void = () => {};
  const abandoned = new Promise<CallReply>((resolve) => {
    endWith = resolve;
  });
  const end = (endReason: unknown) => {
    if (grace !== undefined) return;
    reason = endReason;
    grace = setTimeout(endWith, cancelGraceMs, { cancelled: true });
    cancel();
  };
  const timer =
    timeoutMs !== undefined && timeoutMs <= longestTimer
      ? setTimeout(() => end(callTimeoutError(what, timeoutMs)), timeoutMs)
      : undefined;
  const removals = [...signals.map((signal) => onAbort(signal, () => end(signal.reason))), onInterrupt(end)];
  try {
    const reply = await Promise.race([answer, abandoned]);
    if ("cancelled" in reply) throw reason ?? new Error(`${what} was cancelled`);
    return reply;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    for (const remove of removals) remove();
  }
}

/** The error of a call whose time ran out. */
export function callTimeoutError(what: string, timeoutMs: number | undefined): TimeoutError {
  return new TimeoutError(`${what} did not answer within ${timeoutMs} ms: wait longer, or check what delays it`);
}

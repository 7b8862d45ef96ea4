import { readTimeout, type WaitOptions } from "../../base/deadline.ts";
import { TimeoutError } from "../../base/errors.ts";
import type { Reply } from "./manager-message.ts";

/** What ends a call before its answer. */
export interface Limits {
  readonly signals: readonly AbortSignal[];
  readonly timeoutMs: number | undefined;
}

/** How long the other side may take to say that it gave up a call that was cancelled. */
const cancelGraceMs = 1000;

// setTimeout fires at once when asked for more than a signed 32-bit count of milliseconds.
const longestTimer = 2 ** 31 - 1;

/** @param signals those among the arguments. @returns `undefined` when nothing limits the call. */
export function readLimits({ signal, timeoutMs }: WaitOptions, signals: readonly AbortSignal[]): Limits | undefined {
  if (signal === undefined && timeoutMs === undefined && signals.length === 0) return undefined;
  readTimeout(timeoutMs);
  signal?.throwIfAborted();
  return { signals: signal === undefined ? signals : [...signals, signal], timeoutMs };
}

/**
 * Waits for an answer within limits. Who gives up does not just turn away: the other side may have taken something for the
 * caller already, and that is then the answer.
 *
 * @param cancel tells the other side; it answers that the call was given up, or what has come of it.
 */
export async function within(
  { signals, timeoutMs }: Limits,
  answer: Promise<Reply>,
  cancel: () => void,
  what: string,
): Promise<Reply> {
  let reason: unknown;
  let grace: NodeJS.Timeout | undefined;
  let giveUp: (reply: Reply) => void = () => {};
  const given = new Promise<Reply>((resolve) => {
    giveUp = resolve;
  });
  const end = (why: unknown) => {
    if (grace !== undefined) return;
    reason = why;
    grace = setTimeout(giveUp, cancelGraceMs, { cancelled: true });
    cancel();
  };
  const aborted = (event: Event) => end((event.target as AbortSignal).reason);
  const timer =
    timeoutMs !== undefined && timeoutMs <= longestTimer
      ? setTimeout(() => end(lateAnswer(what, timeoutMs)), timeoutMs)
      : undefined;
  for (const signal of signals) signal.addEventListener("abort", aborted);
  try {
    const reply = await Promise.race([answer, given]);
    if ("cancelled" in reply) throw reason ?? new Error(`${what} was cancelled`);
    return reply;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    for (const signal of signals) signal.removeEventListener("abort", aborted);
  }
}

/** The error of a call whose time ran out. */
export function lateAnswer(what: string, timeoutMs: number | undefined): TimeoutError {
  return new TimeoutError(`${what} did not answer within ${timeoutMs} ms: wait longer, or see what holds it up`);
}

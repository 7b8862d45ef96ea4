import type { Translator } from "../../codec/form.ts";
import type { IncomingCall } from "./incoming-call.ts";

let collecting: AbortSignal[] | undefined;
let decodingCall: IncomingCall | undefined;

/** An AbortSignal among the arguments arrives as a signal that aborts when the caller cancels the call. */
export const signalTranslator: Translator<AbortSignal> = {
  kind: "signal",
  matches: (value) => value instanceof AbortSignal,
  write(signal) {
    signal.throwIfAborted();
    collecting?.push(signal);
    return null;
  },
  begin: () => decodingCall?.signal ?? new AbortController().signal,
};

/** Collects the signals in a value that is being encoded. */
export function collectSignals<T>(into: AbortSignal[], action: () => T): T {
  collecting = into;
  try {
    return action();
  } finally {
    collecting = undefined;
  }
}

/** Gives a value that is being decoded the signal of its call. */
export function withSignal<T>(call: IncomingCall, action: () => T): T {
  decodingCall = call;
  try {
    return action();
  } finally {
    decodingCall = undefined;
  }
}

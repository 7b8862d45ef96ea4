import type { Translator } from "../../codec/form.ts";
import type { Call } from "./manager-call.ts";

let collecting: AbortSignal[] | undefined;
let answering: Call | undefined;

/** An AbortSignal among arguments arrives as one that aborts when the caller's does. */
export const signalTranslator: Translator<AbortSignal> = {
  kind: "signal",
  matches: (value) => value instanceof AbortSignal,
  write(signal) {
    signal.throwIfAborted();
    collecting?.push(signal);
    return null;
  },
  begin: () => answering?.signal ?? new AbortController().signal,
};

/** Finds the signals in what is encoded. */
export function collectSignals<T>(into: AbortSignal[], action: () => T): T {
  collecting = into;
  try {
    return action();
  } finally {
    collecting = undefined;
  }
}

/** Gives what is decoded the signal of the call that it came with. */
export function withSignal<T>(call: Call, action: () => T): T {
  answering = call;
  try {
    return action();
  } finally {
    answering = undefined;
  }
}

/** A call from the other side that is running here. The caller may abandon it. */
export class IncomingCall {
  #controller: AbortController | undefined;
  #abandoned: { readonly reason: unknown } | undefined;
  #onAbandon: () => void = () => {};
  /** Identifies the caller: the session, as an opaque object. */
  readonly caller: object;
  /** The ids of the caller's async flow and of those around it, innermost first; set for calls of locks. */
  flows: readonly number[] = [];

  constructor(caller: object) {
    this.caller = caller;
  }

  /** Aborts when the caller cancels the call or disconnects. Created lazily: most calls never wait. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abandoned !== undefined) this.#controller.abort(this.#abandoned.reason);
    return this.#controller.signal;
  }

  get isAbandoned(): boolean {
    return this.#abandoned !== undefined;
  }

  abandon(reason: unknown): void {
    if (this.#abandoned !== undefined) return;
    this.#abandoned = { reason };
    this.#controller?.abort(reason);
    this.#onAbandon();
  }

  /** Sets the action that runs when the call is abandoned. */
  onAbandon(action: () => void): void {
    this.#onAbandon = action;
  }
}

let runningCall: IncomingCall | undefined;

/** The call that this code answers; `undefined` outside of calls. Valid only before the first `await`. */
export function currentCall(): IncomingCall | undefined {
  return runningCall;
}

/** Runs code that answers a call. */
export function runAsCurrentCall<T>(call: IncomingCall, action: () => T): T {
  const before = runningCall;
  runningCall = call;
  try {
    return action();
  } finally {
    runningCall = before;
  }
}

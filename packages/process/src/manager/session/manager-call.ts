/** A call that is being answered: whether anybody still wants the answer. */
export class Call {
  #controller: AbortController | undefined;
  #abandoned: { readonly reason: unknown } | undefined;
  #onAbandon: () => void = () => {};
  /** Which session it came by, as an object that stands for nothing else. */
  readonly caller: object;

  constructor(caller: object) {
    this.caller = caller;
  }

  /** Aborts when the caller gives up or is gone. Made when first asked for: most calls never wait. */
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

  /** What is to be done when it is abandoned. */
  onAbandon(action: () => void): void {
    this.#onAbandon = action;
  }
}

let running: Call | undefined;

/** The call on whose behalf code runs now; to be asked before the first `await`. `undefined` in code that nobody called from outside. */
export function currentCall(): Call | undefined {
  return running;
}

/** Runs what answers a call. */
export function during<T>(call: Call, action: () => T): T {
  const before = running;
  running = call;
  try {
    return action();
  } finally {
    running = before;
  }
}

/** The method by which `wait()` learns whether a thing is ready, and when it will be. */
export const readiness: unique symbol = Symbol.for("manyhands.readiness");

/** A thing that `wait()` waits for: a process, a sentinel, a connection. Reading its readiness consumes nothing. */
export interface Waitable {
  /**
   * @returns `null` when the thing is ready now; else a promise that settles when it may be. It never rejects; it may
   * keep the program alive only until `release` is called, which also tells that nobody waits any longer.
   */
  [readiness](): Pending | null;
}

/** A wait under way for one thing. */
export interface Pending {
  readonly ready: Promise<void>;
  release(): void;
}

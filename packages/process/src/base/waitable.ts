/** The key of the method by which `wait()` asks whether an object is ready. */
export const readiness: unique symbol = Symbol.for("manyhands.readiness");

/** An object that `wait()` waits for: a process, a sentinel, a connection. Reading its readiness consumes nothing. */
export interface Waitable {
  /**
   * @returns `null` when the object is ready now; else a promise that settles when it may be ready. The promise never
   * rejects. It may keep the program alive until the caller ends the wait by `release`.
   */
  [readiness](): Pending | null;
}

/** A wait in progress for one object. */
export interface Pending {
  readonly ready: Promise<void>;
  /** Ends the wait. */
  release(): void;
}

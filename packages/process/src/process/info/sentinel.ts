import { inspected } from "../../base/inspected.ts";
import { type Pending, readiness, type Waitable } from "../../base/waitable.ts";

/** An object for `wait()` that becomes ready when a process ends, and stays ready. */
export class Sentinel implements Waitable {
  readonly #ended: () => boolean;
  readonly #pending: () => Pending;

  constructor(ended: () => boolean, pending: () => Pending) {
    this.#ended = ended;
    this.#pending = pending;
  }

  /** Whether the process has ended. */
  get isReady(): boolean {
    return this.#ended();
  }

  toString(): string {
    return `Sentinel(${this.isReady ? "ready" : "not ready"})`;
  }

  [inspected](): string {
    return this.toString();
  }

  [readiness](): Pending | null {
    return this.#ended() ? null : this.#pending();
  }
}

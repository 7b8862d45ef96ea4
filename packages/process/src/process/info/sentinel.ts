import { inspected } from "../../base/inspected.ts";
import { type Pending, readiness, type Waitable } from "../../base/waitable.ts";

/** A thing to `wait()` for that becomes ready, once and for good, when a process ends. */
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

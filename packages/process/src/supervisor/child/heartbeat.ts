import type { StartedChild } from "../../process/parent/started-child.ts";

/** Finds a child whose event loop is blocked: asks it for a beat in each period, and expects the answer within one. */
export class Heartbeat {
  readonly #child: StartedChild;
  readonly #periodMs: number;
  readonly #onHung: () => void;
  readonly #timer: NodeJS.Timeout;
  #isAwaited = false;
  #dueAt: number;

  /** @param onHung is called once, when an answer is missing. */
  constructor(child: StartedChild, periodMs: number, onHung: () => void) {
    this.#child = child;
    this.#periodMs = periodMs;
    this.#onHung = onHung;
    this.#dueAt = performance.now() + periodMs;
    this.#timer = setInterval(this.#tick, periodMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  readonly #tick = () => {
    const lateMs = performance.now() - this.#dueAt;
    this.#dueAt = performance.now() + this.#periodMs;
    if (!this.#isAwaited) this.#ask();
    // If this process was late itself, the answer may have arrived and not been read.
    else if (lateMs < this.#periodMs / 2) {
      this.stop();
      this.#onHung();
    }
  };

  #ask(): void {
    // Until its target is called, the child imports modules, which may block its event loop for long.
    if (!this.#child.isRunning) return;
    this.#isAwaited = true;
    this.#child.requestBeat(() => {
      this.#isAwaited = false;
    });
  }
}

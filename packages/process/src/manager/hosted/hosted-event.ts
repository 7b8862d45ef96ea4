import { checkWaitOptions, type WaitOptions } from "../../base/deadline.ts";
import { currentCall } from "../session/incoming-call.ts";
import { WaitingCalls } from "./waiting-calls.ts";

/** A flag in a manager that callers set, clear and wait for. */
export class HostedEvent {
  readonly #waiting = new WaitingCalls();
  #isSet = false;

  get isSet(): boolean {
    return this.#isSet;
  }

  set(): void {
    this.#isSet = true;
    this.#waiting.wake(this.#waiting.length);
  }

  clear(): void {
    this.#isSet = false;
  }

  /** @returns `false` when time ran out. */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    checkWaitOptions(options);
    return this.#isSet || this.#waiting.wait(currentCall(), options);
  }

  toString(): string {
    return `SharedEvent(${this.#isSet ? "set" : "not set"})`;
  }
}

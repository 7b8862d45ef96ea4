import { readTimeout, type WaitOptions } from "../../base/deadline.ts";
import { currentCall } from "../session/manager-call.ts";
import { WaitLine } from "./wait-line.ts";

/** A flag in a manager that callers set, clear and wait for. */
export class HostedEvent {
  readonly #line = new WaitLine();
  #isSet = false;

  isSet(): boolean {
    return this.#isSet;
  }

  set(): void {
    this.#isSet = true;
    this.#line.wake(this.#line.length);
  }

  clear(): void {
    this.#isSet = false;
  }

  /** @returns `false` when time ran out. */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    readTimeout(options.timeoutMs);
    return this.#isSet || this.#line.wait(currentCall(), options);
  }
}

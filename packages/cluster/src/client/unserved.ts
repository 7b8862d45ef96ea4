import { ClusterError } from "../base/cluster-error.ts";
import { withoutPassword } from "../base/cluster-key.ts";
import type { ClientOptions } from "./cluster-options.ts";
import type { Seat } from "./seat.ts";

/** After how long without a worker program a warning is emitted, in milliseconds. */
const warnMs = 5000;

/** Notices that seats wait while no worker program serves any. */
export class Unserved {
  readonly #options: ClientOptions;
  #since: number | undefined;
  #hasWarned = false;
  /** The last error of the connection. */
  lastError: Error | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** @returns the error for the calls, when the seats have waited for `seatWaitMs`. */
  check(seats: readonly Seat[]): ClusterError | undefined {
    if (seats.length === 0 || seats.some(({ isTaken }) => isTaken)) {
      this.#since = undefined;
      this.#hasWarned = false;
      this.lastError = undefined;
      return undefined;
    }
    this.#since ??= performance.now();
    const waitedMs = performance.now() - this.#since;
    if (waitedMs >= this.#options.seatWaitMs) return new ClusterError(this.#message(waitedMs));
    if (waitedMs >= warnMs && !this.#hasWarned) {
      this.#hasWarned = true;
      process.emitWarning(this.#message(waitedMs), "ClusterWarning");
    }
    return undefined;
  }

  #message(waitedMs: number): string {
    const { name, url } = this.#options;
    const place = withoutPassword(url);
    const flag = name === "manyhands" ? "" : ` --name ${name}`;
    const seconds = Math.round(waitedMs / 1000);
    const why =
      this.lastError === undefined
        ? ""
        : `, and the last error of the connection was "${this.lastError.message || this.lastError.name}"`;
    return `No worker program has served the cluster "${name}" at ${place} for ${seconds} s${why}; run npx manyhands worker --connect ${place}${flag}`;
  }
}

import { ClusterError } from "../base/cluster-error.ts";
import { withoutPassword } from "../base/cluster-key.ts";
import type { ClientOptions } from "./cluster-options.ts";
import type { Seat } from "./seat.ts";

/** After how long without a worker program a warning is emitted, in milliseconds. */
const warnMs = 5000;
/** How long to wait for another worker program when all of them refuse, and there is no `seatWaitMs`. */
const refusedMs = 5000;

/** Notices that seats wait while no worker program serves any. */
export class Unserved {
  readonly #options: ClientOptions;
  #since: number | undefined;
  /** Since when there was no worker program, or one that may serve this program. */
  #unrefusedSince = 0;
  #hasWarned = false;
  /** The last error of the connection. */
  lastError: Error | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /**
   * @param refusal why no worker program serves this program; `undefined` when there is none, or one may serve it.
   * @returns the error for the calls, when the seats have waited for `seatWaitMs`.
   */
  check(seats: readonly Seat[], refusal: string | undefined): ClusterError | undefined {
    if (seats.length === 0 || seats.some(({ isTaken }) => isTaken)) {
      this.#since = undefined;
      this.#hasWarned = false;
      this.lastError = undefined;
      return undefined;
    }
    const now = performance.now();
    if (this.#since === undefined || refusal !== undefined) this.#unrefusedSince = now;
    this.#since ??= now;
    const waitedMs = now - this.#since;
    const { seatWaitMs } = this.#options;
    const limitMs = refusal !== undefined && seatWaitMs === Number.POSITIVE_INFINITY ? refusedMs : seatWaitMs;
    if (waitedMs >= limitMs) return new ClusterError(this.#message(waitedMs, refusal));
    if (now - this.#unrefusedSince >= warnMs && !this.#hasWarned) {
      this.#hasWarned = true;
      process.emitWarning(this.#message(waitedMs, refusal), "ClusterWarning");
    }
    return undefined;
  }

  #message(waitedMs: number, refusal: string | undefined): string {
    const { name, url } = this.#options;
    const place = withoutPassword(url);
    if (refusal !== undefined)
      return `No worker program serves this program in the cluster "${name}" at ${place}: ${refusal}`;
    const flag = name === "manyhands" ? "" : ` --name ${name}`;
    const seconds = Math.round(waitedMs / 1000);
    const why =
      this.lastError === undefined
        ? ""
        : `, and the last error of the connection was "${this.lastError.message || this.lastError.name}"`;
    return `No worker program has served the cluster "${name}" at ${place} for ${seconds} s${why}; run npx manyhands worker --connect ${place}${flag}`;
  }
}

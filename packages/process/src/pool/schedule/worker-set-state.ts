import { ClosedError, ProcessStateError } from "../../base/errors.ts";
import { type BrokenProcessPoolError, brokenPoolError } from "../wire/pool-errors.ts";
import { KeepAlive } from "./keep-alive.ts";

/** The phases of a worker set: `open` → `closing`, and from each of these to `terminated` or `broken`. */
export type WorkerSetPhase = "open" | "closing" | "terminated" | "broken";

/** The phase of a worker set, its size and its pending calls. The worker set changes it, the dispatcher reads it. */
export class WorkerSetState {
  readonly calls = new KeepAlive();
  readonly #name: string;
  readonly #owner = process.pid;
  phase: WorkerSetPhase = "open";
  /** Why the set is broken. */
  brokenBy: unknown;

  /** The greatest number of workers. */
  most: number;
  /** The number of workers that are kept when there are no tasks. */
  least: number;

  /**
   * @param name the name of the pool in messages.
   * @param most the greatest number of workers.
   * @param least the number of workers that are kept.
   */
  constructor(name: string, most: number, least: number) {
    this.#name = name;
    this.most = most;
    this.least = least;
  }

  /** Whether this process inherited the set by a fork: its workers are children of another process. */
  get isInherited(): boolean {
    return this.#owner !== process.pid;
  }

  /** @throws {ProcessStateError} when this process inherited the set. @param verb what the caller attempted. */
  checkOwned(verb: string): void {
    if (!this.isInherited) return;
    throw new ProcessStateError(
      `Cannot ${verb} ${this.#name}: process ${this.#owner} made it, and this process is a fork of that one; make a new one here`,
    );
  }

  /** Whether tasks may be sent to workers. */
  get isRunning(): boolean {
    return this.phase === "open" || this.phase === "closing";
  }

  /** Whether workers may be started: in a set that is closing, only while calls are pending. */
  get mayStartWorkers(): boolean {
    return this.phase === "open" || (this.phase === "closing" && this.calls.hasCalls);
  }

  /**
   * Refuses a new call.
   *
   * @throws {ClosedError} after `close()` or `terminate()`, and in an exit handler of this process, where no call
   *   would be answered; {BrokenProcessPoolError} when the set is broken; {ProcessStateError} when it was inherited.
   */
  checkOpen(call: string): void {
    this.checkOwned(`run ${call} of`);
    // Node has no public flag for this state.
    if ((process as { readonly _exiting?: boolean })._exiting === true) {
      throw new ClosedError(`Cannot run ${call}: this process is exiting; call it before the exit`);
    }
    if (this.phase === "open") return;
    if (this.phase === "broken") throw this.brokenError(`Cannot run ${call}`);
    const how = this.phase === "closing" ? "closed" : "terminated";
    throw new ClosedError(`Cannot run ${call}: ${this.#name} is not running, it was ${how}; make a new one`);
  }

  brokenError(attempt: string, cause: unknown = this.brokenBy): BrokenProcessPoolError {
    return brokenPoolError(cause, `${attempt}: ${this.#name}`);
  }
}

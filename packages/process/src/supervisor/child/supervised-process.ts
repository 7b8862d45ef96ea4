import { after } from "../../base/deadline.ts";
import { children, type Process } from "../../process/parent/process.ts";
import type { StartedChild } from "../../process/parent/started-child.ts";
import type { CreatedChild } from "../option/supervised-child-options.ts";
import type { ChildExit } from "../plan/exit.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { ChildEnd, SupervisedChild } from "./supervised-child.ts";

type Options = {
  readonly [K in "endSignal" | "graceMs" | "readyTimeoutMs" | "heartbeatMs"]?: CreatedChild[K] | undefined;
};

/** A child that is a Process. */
export class SupervisedProcess implements SupervisedChild {
  readonly process: Process;
  readonly branch = null;
  readonly isReadyAtOnce: boolean;
  readonly ended: Promise<ChildEnd>;
  readonly #child: StartedChild;
  readonly #options: Options;
  #reason: ChildExit["reason"] = "exited";
  #isEnding = false;
  #timer: NodeJS.Timeout | undefined;
  #heartbeat: Heartbeat | undefined;

  /**
   * Starts the child.
   *
   * @throws what `start()` throws.
   */
  constructor(process: Process, options: Options) {
    this.process = process.start();
    this.#child = children.childOf(process) as StartedChild;
    this.#options = options;
    this.isReadyAtOnce = options.readyTimeoutMs === undefined;
    this.ended = this.#child.ended.then((exitCode) => this.#end(exitCode));
    if (this.isReadyAtOnce) this.#beginHeartbeat();
    else this.#awaitReady(options.readyTimeoutMs as number);
  }

  get ready(): Promise<void> {
    return this.#child.ready;
  }

  get pid(): number | null {
    return this.#child.handle.hasPid ? this.#child.handle.pid || null : null;
  }

  get threadId(): number {
    return this.#child.handle.threadId;
  }

  end(): void {
    if (this.#child.exitCode !== null) return;
    const { endSignal = "SIGTERM", graceMs = 5000 } = this.#options;
    this.#isEnding = true;
    this.#stopWatching();
    if (graceMs === 0) {
      this.#child.kill("SIGKILL");
      return;
    }
    this.#timer = after(graceMs, () => this.#child.kill("SIGKILL"));
    if (endSignal === "SIGINT") this.process.interrupt();
    else this.#child.kill(endSignal);
  }

  #awaitReady(timeoutMs: number): void {
    this.#timer = after(timeoutMs, () => this.#killFor("unready"));
    void this.#child.ready.then(() => {
      // A child that was asked to end may still report itself ready: the time of its grace runs on.
      if (this.#isEnding || this.#child.exitCode !== null || this.#reason !== "exited") return;
      this.#stopWatching();
      this.#beginHeartbeat();
    });
  }

  #beginHeartbeat(): void {
    const { heartbeatMs } = this.#options;
    if (heartbeatMs !== undefined) {
      this.#heartbeat = new Heartbeat(this.#child, heartbeatMs, () => this.#killFor("hung"));
    }
  }

  #killFor(reason: ChildExit["reason"]): void {
    this.#reason = reason;
    this.#child.kill("SIGKILL");
  }

  #stopWatching(): void {
    clearTimeout(this.#timer);
    this.#heartbeat?.stop();
  }

  async #end(exitCode: number): Promise<ChildEnd> {
    this.#stopWatching();
    children.reap(this.#child);
    const error = exitCode === 0 ? null : await this.#child.result().then(noError, (reason: unknown) => reason);
    return { reason: this.#reason, exitCode, pid: this.#child.handle.pid || null, error };
  }
}

const noError = () => null;

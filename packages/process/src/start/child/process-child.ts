import type { Readable, Writable } from "node:stream";
import type { Channel } from "../../channel/channel.ts";
import type { Child, Exit, LaunchSpec } from "../start-method.ts";
import { stderrOf, stdoutOf } from "../stdio/output-stream.ts";
import { LastWords } from "../stdio/stderr-tail.ts";

/** What the ways of making a process differ in. */
export interface Birth {
  readonly pid: number;
  readonly channel: Channel;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  /** What the child writes to its stderr; `null` when that goes nowhere. */
  readonly stderr: Readable | null;
  /** Settles once when the process has ended; never rejects. */
  readonly ended: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  /** Whether waiting for its end keeps the program alive. */
  ref(alive: boolean): void;
}

/** A child that is a process, however it was made. */
export class ProcessChild implements Child {
  readonly pid: number;
  readonly threadId = 0;
  readonly channel: Channel;
  readonly exited: Promise<Exit>;
  readonly stdin: Child["stdin"];
  readonly stdout: Child["stdout"];
  readonly stderr: Child["stderr"];
  readonly #birth: Birth;
  readonly #lastWords: LastWords | undefined;

  constructor(birth: Birth, spec: LaunchSpec) {
    this.pid = birth.pid;
    this.channel = birth.channel;
    this.stdin = birth.stdin;
    this.stdout = birth.stdout && stdoutOf(birth.stdout);
    this.stderr = spec.stderr === "pipe" ? birth.stderr && stderrOf(birth.stderr) : null;
    this.#birth = birth;
    if (birth.stderr !== null) {
      this.#lastWords = new LastWords(birth.stderr, spec.stderr === "inherit" ? process.stderr : undefined);
    }
    this.exited = this.#end();
    this.ref(true);
  }

  get lastWords(): string {
    return this.#lastWords?.text ?? "";
  }

  terminate(): void {
    this.kill("SIGTERM");
  }

  kill(signal: NodeJS.Signals): void {
    this.#birth.kill(signal);
  }

  ref(alive: boolean): void {
    this.#birth.ref(alive);
    // Its exit is reported before the last that it sent is read: what is still to be read must keep the program alive too.
    this.channel.ref(alive);
    for (const stream of [this.#birth.stdout, this.#birth.stderr]) {
      (stream as { ref?(): void; unref?(): void } | null)?.[alive ? "ref" : "unref"]?.();
    }
  }

  async #end(): Promise<Exit> {
    const exit = await this.#birth.ended;
    await Promise.all([this.channel.closed, this.#stderrDrained()]);
    return exit;
  }

  // What the child wrote is in the pipe by now, but its end comes only when a child of the child's that inherited the pipe
  // has ended too; that is not waited for longer than it takes to read what is there.
  #stderrDrained(): Promise<void> {
    const { stderr } = this.#birth;
    if (stderr === null || stderr.readableEnded || stderr.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const grace = setTimeout(resolve, 50);
      stderr.once("close", () => {
        clearTimeout(grace);
        resolve();
      });
    });
  }
}

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";

/** A helper program that answers every line on its stdin with a line on its stdout. */
export class LineProgram {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #reader: Interface;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;

  constructor(program: string, args: readonly string[]) {
    // In its own process group, so that Ctrl-C reaches the parent alone and the program still answers the current
    // line.
    this.#child = spawn(program, args, { detached: true });
    // A program that fails to start, or has exited, ends the iteration of its lines.
    this.#child.on("error", () => {});
    this.#child.stdin.on("error", () => {});
    this.#child.stderr.resume();
    this.#ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#reader = createInterface(this.#child.stdout);
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Absent when the program failed to start. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Sends a line and waits for the answer.
   *
   * @throws {Error} when the program exits without an answer.
   */
  async ask(line: string): Promise<string> {
    this.#child.stdin.write(`${line}\n`);
    const answer = await this.#lines.next();
    if (answer.done) throw new Error(`Cannot ask for "${line}": the helper program ended`);
    return answer.value;
  }

  /** Closes the program's stdin, at whose end it exits, and waits for it. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    this.#reader.close();
    // A closed reader leaves its stream paused, and the child does not close while its output is unread.
    this.#child.stdout.resume();
    await this.#ended;
  }

  /** Kills the program and waits for it. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.close();
  }
}

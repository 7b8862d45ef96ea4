import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";

/** A helper program that answers every line with a line. */
export class LineProgram {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #reader: Interface;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;

  constructor(program: string, args: readonly string[]) {
    // In a process group of its own: Ctrl-C is for who measures, and what it interrupts must still be answered.
    this.#child = spawn(program, args, { detached: true });
    // A program that cannot be started or has died shows as the end of its lines.
    this.#child.on("error", () => {});
    this.#child.stdin.on("error", () => {});
    this.#child.stderr.resume();
    this.#ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#reader = createInterface(this.#child.stdout);
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Absent where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws {Error} when the program ended instead of answering. */
  async ask(line: string): Promise<string> {
    this.#child.stdin.write(`${line}\n`);
    const answer = await this.#lines.next();
    if (answer.done) throw new Error(`Cannot ask for "${line}": the helper program ended`);
    return answer.value;
  }

  /** Lets the program end, after what it is doing, and waits for it. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    this.#reader.close();
    // A closed reader leaves its stream paused, and what is unread would hold back the end.
    this.#child.stdout.resume();
    await this.#ended;
  }

  /** Ends the program whatever it is doing, and waits for it. */
  async abandon(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.close();
  }
}

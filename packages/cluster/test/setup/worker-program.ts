import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { endWithFile, untilExit } from "./programs.ts";

/** The path of the command `manyhands`. */
export const command = fileURLToPath(new URL("../../../process/bin/manyhands.js", import.meta.url));
/** The folder of the repository, which is the root of the tests' own program. */
export const repository = fileURLToPath(new URL("../../../../", import.meta.url));

/** A `manyhands worker` of a test. */
export class TestWorker {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  /** What it has written. */
  output = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#closed = once(child, "close");
    endWithFile(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
      // The tests look for open handles that pools have left.
      (stream as unknown as { unref(): void }).unref();
    }
    child.unref();
  }

  /** Starts a worker program, and waits until it serves. */
  static async start(url: string, ...flags: string[]): Promise<TestWorker> {
    const worker = TestWorker.launch(url, ...flags);
    await worker.isServing();
    return worker;
  }

  /** Starts a worker program. */
  static launch(url: string, ...flags: string[]): TestWorker {
    return TestWorker.launchBy([process.execPath], url, ...flags);
  }

  /**
   * Starts a worker program.
   *
   * @param node the words of the command that is its Node, such as `["env", "TZ=UTC", "node"]`.
   */
  static launchBy(node: readonly string[], url: string, ...flags: string[]): TestWorker {
    const [program, ...words] = node;
    return new TestWorker(
      spawn(program as string, [...words, command, "worker", "--connect", url, ...flags], {
        cwd: repository,
        stdio: "pipe",
      }),
    );
  }

  /** Resolves when it serves. */
  async isServing(): Promise<void> {
    while (!this.output.includes(" serves ")) {
      if (this.hasEnded) throw new Error(`The worker program has ended: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Its id in the cluster. */
  get id(): string {
    return /Worker (\S+) serves/.exec(this.output)?.[1] as string;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Suspends it while an action runs. */
  async suspendedDuring<T>(action: () => Promise<T>): Promise<T> {
    this.signal("SIGSTOP");
    return await action().finally(() => this.signal("SIGCONT"));
  }

  /** Resolves with its exit code when it has ended and all of its output was read. */
  async ended(): Promise<number | null> {
    await untilExit(this.#child);
    await this.#closed;
    return this.#child.exitCode;
  }

  /** Ends it, if it still runs. */
  async stop(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.signal(signal);
    await untilExit(this.#child);
  }
}

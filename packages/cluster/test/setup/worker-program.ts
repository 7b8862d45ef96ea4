import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../../process/bin/manyhands.js", import.meta.url));
/** The folder of the repository, which is the root of the tests' own program. */
export const repository = fileURLToPath(new URL("../../../../", import.meta.url));

/** A `manyhands worker` of a test. */
export class TestWorker {
  readonly #child: ChildProcess;
  /** What it has written. */
  output = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
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
    while (!worker.output.includes(" serves ")) {
      if (worker.#child.exitCode !== null) throw new Error(`The worker program has ended: ${worker.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return worker;
  }

  /** Starts a worker program. */
  static launch(url: string, ...flags: string[]): TestWorker {
    return new TestWorker(
      spawn(process.execPath, [command, "worker", "--connect", url, ...flags], { cwd: repository, stdio: "pipe" }),
    );
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with its exit code when it has ended. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.ref();
      await once(this.#child, "exit");
    }
    return this.#child.exitCode;
  }

  /** Ends it, if it still runs. */
  async stop(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.signal(signal);
    await this.ended();
  }
}

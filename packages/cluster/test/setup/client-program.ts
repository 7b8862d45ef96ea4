import { type ChildProcess, spawn } from "node:child_process";
import { endWithFile, killProgram } from "./programs.ts";
import { repository } from "./worker-program.ts";

const tasks = new URL("../fixture/tasks.js", import.meta.url);

/** A program of its own whose pool makes one call. */
export class ClientProgram {
  readonly #child: ChildProcess;
  /** What it has printed: a line of JSON with the value or the error of the call. */
  output = "";

  /**
   * @param options.call the name of a task and its arguments.
   * @param options.bytes the length of a further argument.
   */
  constructor(
    url: string,
    options: {
      leaseMs: number;
      processes: number;
      call: [name: string, args: unknown[]];
      bytes?: number;
      attempts?: number;
    },
  ) {
    const { leaseMs, processes, call, bytes, attempts = 1 } = options;
    const program = `
      import { Pool } from "@manyhands/process";
      import { cluster } from "@manyhands/cluster";
      const pool = new Pool({ processes: ${processes}, engine: cluster("${url}", { leaseMs: ${leaseMs} }) });
      const target = { module: new URL("${tasks}"), name: "${call[0]}" };
      const print = (outcome) => console.log(JSON.stringify(outcome));
      const args = ${JSON.stringify(call[1])};
      ${bytes === undefined ? "" : `args.push(new Uint8Array(${bytes}));`}
      await pool.apply(target, args, { retry: { attempts: ${attempts} } }).then(
        (value) => print({ value }),
        ({ code, message }) => print({ code, message }),
      );
      pool.close();
      await pool.join();
    `;
    this.#child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: repository,
      stdio: ["ignore", "pipe", "inherit"],
    });
    endWithFile(this.#child);
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
    });
    (this.#child.stdout as unknown as { unref(): void }).unref();
    this.#child.unref();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it without any notice. */
  kill(): Promise<void> {
    return killProgram(this.#child);
  }
}

import type { Readable } from "node:stream";
import type { MessagePort, Worker } from "node:worker_threads";
import { explainDenied } from "../../base/permission.ts";
import { PortChannel } from "../../channel/port-channel.ts";
import { workerExecArgv } from "../child/exec-argv.ts";
import { threadExit } from "../child/exit-code.ts";
import { programUrl } from "../child/program-url.ts";
import { publishUnlistedLoader } from "../child/unlisted-loader.ts";
import { useSpareWorker } from "../spare/spare-worker.ts";
import type { Child, Exit, LaunchSpec, StartMethod, Stdio } from "../start-method.ts";
import { bufferStderr, bufferStdout } from "../stdio/output-stream.ts";
import { StderrTail } from "../stdio/stderr-tail.ts";

/** Children that are threads of this process. Each has its own heap and globals. */
export const thread: StartMethod = {
  name: "thread",
  reach: "thread",
  launch(spec) {
    const { MessageChannel } = process.getBuiltinModule("node:worker_threads");
    const { port1, port2 } = new MessageChannel();
    let worker: Worker;
    try {
      // Posted first: a message that cannot be cloned throws here, before a thread exists.
      spec.cloning(() => port1.postMessage(spec.startMessage, spec.transferList));
      worker = useSpareWorker(spec, port2) ?? startWorker(spec, port2);
    } catch (error) {
      port1.close();
      throw explainRefusal(error, spec);
    }
    return new ThreadChild(worker, new PortChannel(port1), spec);
  },
};

/**
 * The error of starting a thread, for the user. Options of V8 and of the whole process are the same for all threads, so
 * Node refuses them.
 */
export function explainRefusal(error: unknown, { name, execArgv }: Pick<LaunchSpec, "name" | "execArgv">): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== "ERR_WORKER_INVALID_EXEC_ARGV") return explainDenied(error, `Cannot start ${name} by "thread"`);
  const refused = message.split(": ").at(-1);
  const given = execArgv === undefined ? "this program's options of Node" : "execArgv";
  return new TypeError(
    `Cannot start ${name} by "thread": ${given} contain ${refused}, and a thread cannot have options of V8 or of the ` +
      'whole process; limit its memory by resourceLimits, or use startMethod "spawn"',
    { cause: error },
  );
}

function startWorker(spec: LaunchSpec, port: MessagePort): Worker {
  publishUnlistedLoader();
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  return new Worker(programUrl("thread"), {
    name: spec.name,
    workerData: port,
    transferList: [port],
    stdin: spec.stdin !== "ignore",
    stdout: spec.stdout !== "inherit",
    stderr: spec.stderr !== "inherit",
    ...(spec.env && { env: spec.env }),
    ...workerExecArgv(spec.execArgv),
    ...(spec.resourceLimits && { resourceLimits: spec.resourceLimits }),
  });
}

// The signals whose default action does not end a process.
const nonTerminatingSignals = new Set<NodeJS.Signals>([
  "SIGSTOP",
  "SIGTSTP",
  "SIGCONT",
  "SIGTTIN",
  "SIGTTOU",
  "SIGCHLD",
  "SIGURG",
  "SIGWINCH",
]);

class ThreadChild implements Child {
  readonly pid = process.pid;
  readonly hasPid = true;
  readonly threadId: number;
  readonly channel: PortChannel;
  readonly exited: Promise<Exit>;
  readonly stdin: Child["stdin"];
  readonly stdout: Child["stdout"];
  readonly stderr: Child["stderr"];
  readonly #worker: Worker;
  readonly #stderrTail: StderrTail;
  #isRefed = true;
  #endedBy: NodeJS.Signals | undefined;

  constructor(worker: Worker, channel: PortChannel, spec: LaunchSpec) {
    this.threadId = worker.threadId;
    this.channel = channel;
    this.#worker = worker;
    this.stdin = spec.stdin === "pipe" ? worker.stdin : null;
    if (spec.stdin === "inherit") passStdin(worker);
    this.stdout = piped(spec.stdout, worker.stdout, bufferStdout);
    this.stderr = piped(spec.stderr, worker.stderr, bufferStderr);
    this.#stderrTail = new StderrTail(worker.stderr);
    this.exited = new Promise((resolve) => {
      let error: unknown;
      worker.once("error", (reason) => {
        error = reason;
      });
      worker.once("exit", (code) => {
        channel.drain();
        resolve(threadExit(code, error, this.#endedBy));
      });
    });
  }

  get stderrTail(): string {
    return this.#stderrTail.text;
  }

  // A thread gets no signals. It is ended, and gets the exit code of a process that the signal ended.
  kill(signal: NodeJS.Signals): void {
    if (nonTerminatingSignals.has(signal)) {
      throw new TypeError(
        `Cannot send ${signal} to a thread: threads can only be ended; start the child with startMethod "spawn"`,
      );
    }
    this.#endedBy ??= signal;
    void this.#worker.terminate();
  }

  ref(alive: boolean): void {
    this.#isRefed = alive;
    if (alive) this.#worker.ref();
    else this.#worker.unref();
    // A stream of the worker that starts reading in this turn refs the worker again, so it is unrefed once more.
    if (!alive) process.nextTick(() => this.#isRefed || this.#worker.unref());
  }
}

function passStdin(worker: Worker): void {
  process.stdin.pipe(worker.stdin as NodeJS.WritableStream);
  worker.once("exit", () => {
    process.stdin.unpipe(worker.stdin as NodeJS.WritableStream);
    // Reading on would keep the program alive, although no listener takes the input.
    if (process.stdin.listenerCount("data") === 0) process.stdin.pause();
  });
}

function piped(stdio: Stdio, stream: Readable, outputOf: (source: Readable) => Readable): Readable | null {
  if (stdio === "ignore") stream.resume();
  return stdio === "pipe" ? outputOf(stream) : null;
}

import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { StreamChannel } from "../channel/stream-channel.ts";
import { serialize } from "../codec/serialize.ts";
import { inheritedExecArgv } from "./exec-argv.ts";
import { signalNumber } from "./exit-code.ts";
import { LastWords } from "./last-words.ts";
import { program } from "./program.ts";
import type { Child, Exit, LaunchSpec, StartMethod } from "./start-method.ts";

/** Children that are fresh Node processes: nothing is inherited but what is passed. */
export const spawn: StartMethod = {
  name: "spawn",
  reach: "process",
  launch(spec) {
    // Serialised before there is a process: a message that cannot be cloned throws here, and nothing was started.
    const boot = serialize(spec.boot);
    const node = [process.execPath, ...(spec.execArgv ?? inheritedExecArgv()), fileURLToPath(program("spawn"))];
    const [file = "", ...args] = diesWithParent() ? [setpriv, "--pdeathsig", "KILL", "--", ...node] : node;
    const child = process.getBuiltinModule("node:child_process").spawn(file, args, {
      stdio: [spec.stdin, spec.stdout, spec.stderr === "ignore" ? "ignore" : "pipe", "pipe"],
      ...(spec.env && { env: spec.env }),
      windowsHide: true,
    });
    const channel = new StreamChannel(child.stdio[3] as Socket);
    channel.write(boot, spec.transferList);
    return new SpawnChild(child, channel, spec);
  },
};

// The channel tells a child that its parent is gone, but not one that never comes back to its event loop. On Linux the
// kernel ends that one: setpriv asks for the signal and becomes Node, under the same pid.
const setpriv = "/usr/bin/setpriv";
let canDieWithParent: boolean | undefined;

function diesWithParent(): boolean {
  canDieWithParent ??= process.platform === "linux" && existsSync(setpriv);
  return canDieWithParent;
}

class SpawnChild implements Child {
  readonly pid: number;
  readonly threadId = 0;
  readonly channel: StreamChannel;
  readonly exited: Promise<Exit>;
  readonly stdin: Child["stdin"];
  readonly stdout: Child["stdout"];
  readonly stderr: Child["stderr"];
  readonly #process: ChildProcess;
  readonly #lastWords: LastWords | undefined;

  constructor(child: ChildProcess, channel: StreamChannel, spec: LaunchSpec) {
    this.pid = child.pid ?? 0;
    this.channel = channel;
    this.#process = child;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    this.stderr = spec.stderr === "pipe" ? child.stderr : null;
    if (child.stderr !== null) {
      this.#lastWords = new LastWords(child.stderr, spec.stderr === "inherit" ? process.stderr : undefined);
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
    this.#process.kill(signal);
  }

  ref(alive: boolean): void {
    if (alive) this.#process.ref();
    else this.#process.unref();
    // Its exit is reported before the last that it sent is read: what is still to be read must keep the program alive too.
    this.channel.ref(alive);
    (this.#process.stderr as Socket | null)?.[alive ? "ref" : "unref"]();
  }

  async #end(): Promise<Exit> {
    const exit = await new Promise<Exit>((resolve) => {
      this.#process.once("error", (error) => resolve({ code: 1, error }));
      this.#process.once("exit", (code, signal) =>
        resolve({ code: signal === null ? (code ?? 1) : -signalNumber(signal) }),
      );
    });
    await Promise.all([this.channel.closed, this.#stderrDrained()]);
    return exit;
  }

  // What the child wrote is in the pipe by now, but its end comes only when a child of the child's that inherited the pipe
  // has ended too; that is not waited for longer than it takes to read what is there.
  #stderrDrained(): Promise<void> {
    const { stderr } = this.#process;
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

import type { TransferListItem } from "node:worker_threads";
import { InterruptError } from "../../base/errors.ts";
import { flushAll } from "../../base/flush.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { packAnswer, packError } from "../../callable/pack/pack-answer.ts";
import type { Channel } from "../../channel/channel.ts";
import { cloning } from "../../codec/encode.ts";
import { probe } from "../../codec/refusal.ts";
import { ownThread } from "../info/proc.ts";
import type { ToChild, ToParent } from "../info/start-message.ts";
import { exitCodeOf, SystemExit } from "./child-exit.ts";
import { outliveParent } from "./outlive-parent.ts";
import { openParentLine, type ParentLine } from "./parent-channel.ts";
import { watchParent } from "./parent-process.ts";
import { trimStack } from "./trim-stack.ts";

/** A child's own side of its life: what it tells its parent, and how it leaves. */
export class RunningChild {
  readonly #channel: Channel;
  readonly #name: string;
  readonly #line: ParentLine;
  #settled = false;

  constructor(channel: Channel, name: string) {
    this.#channel = channel;
    this.#name = name;
    this.#line = openParentLine(channel);
    channel.receive((message: ToChild) => this.#receive(message));
    process.on("uncaughtException", this.#uncaught);
    process.on("SIGINT", this.#interrupted);
    process.once("beforeExit", this.#unsettled);
    void watchParent(channel.closed, { hold: (alive) => channel.ref(alive), outlive: outliveParent }).then(
      (watched) => {
        // Nobody is left to run for, and nothing may be left behind.
        if (!watched) process.exit(1);
      },
    );
  }

  /** The target is about to be called. */
  begin(): void {
    // A process has the number that its parent knows it by.
    this.#tell({ type: "running", tid: this.#channel.reach === "thread" ? ownThread() : null });
  }

  async succeed(value: unknown): Promise<void> {
    this.#settled = true;
    const { reach } = this.#channel;
    const transferList: TransferListItem[] = [];
    try {
      const result = await packAnswer(value, "result", reach, transferList);
      cloning(value, { reach, path: "result", transferList }, () =>
        this.#tell({ type: "result", value: result }, transferList),
      );
    } catch (error) {
      this.#settled = false;
      throw error;
    }
  }

  fail(error: unknown): void {
    if (error instanceof SystemExit) {
      this.#leave(exitCodeOf(error.value));
      return;
    }
    trimStack(error);
    const { inspect } = process.getBuiltinModule("node:util");
    process.stderr.write(`Process ${this.#name}:\n${inspect(error)}\n`);
    if (!this.#settled) this.#tell({ type: "error", error: this.#packError(error) });
    this.#settled = true;
    this.#leave(1);
  }

  // Whatever it was, the parent must learn of it: what cannot cross goes as text.
  #packError(error: unknown): PackedValue {
    const { reach } = this.#channel;
    try {
      const packed = packError(error, reach);
      probe(packed.value, reach);
      return packed;
    } catch {
      return packError(new Error(process.getBuiltinModule("node:util").inspect(error)), reach);
    }
  }

  #leave(code: number): void {
    // Where this is the end already, in an exit handler, nothing below comes to run.
    process.exitCode = code;
    void Promise.all([this.#channel.flushed(), flushAll()]).then(() => process.exit(code));
  }

  readonly #uncaught = (error: unknown) => {
    // A listener of the user's takes uncaught errors on itself, as in any program.
    if (process.listenerCount("uncaughtException") === 1) this.fail(error);
  };

  readonly #interrupted = () => {
    if (process.listenerCount("SIGINT") !== 1) return;
    const error = new InterruptError();
    // A signal raised it and no line of the target's: its stack is the way from the signal, the same for every child of a Ctrl-C.
    error.stack = `${error.name}: ${error.message}`;
    this.fail(error);
  };

  // Nothing is open that could settle the target any more; Node's own exit code for that is 13.
  readonly #unsettled = () => {
    if (this.#settled) return;
    process.stderr.write(
      `Process ${this.#name}: its target waits for something that can never come, nothing is open that could bring it\n`,
    );
    process.exit(13);
  };

  #tell(message: ToParent, transferList: TransferListItem[] = []): void {
    this.#channel.send(message, transferList);
  }

  async #answer(id: number): Promise<void> {
    const { ps } = await import("../watch/list-processes.ts");
    this.#tell({ type: "answer", id, rows: await ps() });
  }

  #receive(message: ToChild): void {
    if (message.type === "message") this.#line.deliver(message.body);
    // Who asks waits no longer than a moment, and goes on without what cannot be told.
    else if (message.type === "ask") void this.#answer(message.id).catch(() => {});
    else if (process.listenerCount("SIGINT") === 0) this.#tell({ type: "uninterrupted" });
    else process.emit("SIGINT", "SIGINT");
  }
}

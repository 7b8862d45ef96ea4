import type { TransferListItem } from "node:worker_threads";
import { InterruptError } from "../base/errors.ts";
import { flushAll } from "../base/flush.ts";
import type { Channel } from "../channel/channel.ts";
import { cloning } from "../codec/encode.ts";
import { probe } from "../codec/refusal.ts";
import { blockStdio } from "../posix/blocking-stdio.ts";
import { answerOf } from "../target/answer.ts";
import { loadTarget } from "../target/load-target.ts";
import { offerOwnClass } from "../target/own-class.ts";
import { packAnswer, packError } from "../target/pack-answer.ts";
import type { PackedValue } from "../target/packed-value.ts";
import { packReference } from "../target/reference.ts";
import type { AnyFunction } from "../target/target.ts";
import { unpackValue } from "../target/unpack-value.ts";
import { exitCodeOf, SystemExit } from "./exit.ts";
import { adoptIdentity } from "./identity.ts";
import { whileImporting } from "./importing.ts";
import type { RunInherited } from "./inherited.ts";
import type { Boot, ToChild, ToParent } from "./message.ts";
import { outliveParent } from "./outlive-parent.ts";
import { openParentLine, type ParentLine } from "./parent-line.ts";
import { watchParent } from "./parent-process.ts";
import { ownThread } from "./proc.ts";
import { trimStack } from "./trim-stack.ts";

/**
 * Lives a child's life, from its first message to its end.
 *
 * The target's end is not the child's: as any program of Node, it goes on while something is open, and its exit handlers
 * run. An error that nobody catches ends it at once.
 */
export async function runChild(channel: Channel, boot: Boot): Promise<void> {
  adoptIdentity(boot.identity);
  if (channel.reach === "process") blockStdio(boot.piped);
  process.argv = [process.execPath, ...boot.argv];
  const child = new RunningChild(channel, boot.identity.name);
  try {
    const run = await unpack(boot);
    child.tell({ type: "running", tid: ownThread() });
    await child.succeed(await answerOf(run()));
  } catch (error) {
    child.fail(error);
  }
}

offerOwnClass("Process", () => import("./process.ts"));

// The parent's side of a process is loaded only by a child that needs it: one that is of a class of its own, has children, or
// asks who it is. What every child loads is what every start costs.
async function unpack({ target, args, subclass }: Boot): Promise<() => unknown> {
  const packed = subclass?.type ?? target;
  const importing = packed?.by === "reference" ? packed.module : null;
  const [type, fn] = await whileImporting(importing, () =>
    Promise.all([subclass && (loadTarget(subclass.type) as Promise<unknown>), target && loadTarget(target)]),
  );
  const given = (await unpackValue(args)) as unknown[];
  const job = () => fn?.(...given);
  if (subclass === null) return job;
  const { becomeCurrent } = await import("./current-process.ts");
  const self = Object.assign(becomeCurrent(job, type), await unpackValue(subclass.fields));
  return () => self.run();
}

/** Lives the life of a child that inherits everything: as {@link runChild}, but nothing has to be unpacked. */
export const runInherited: RunInherited = async (channel, given, { target, args, become }) => {
  adoptIdentity(given.identity);
  process.argv = [process.execPath, ...given.argv];
  const child = new RunningChild(channel, given.identity.name);
  try {
    const reference = target === undefined || typeof target === "function" ? null : packReference(target);
    const fn = reference === null ? target : await loadTarget(reference);
    const self = become(() => (fn as AnyFunction | undefined)?.(...args));
    child.tell({ type: "running", tid: ownThread() });
    await child.succeed(await answerOf(self.run()));
  } catch (error) {
    child.fail(error);
  }
};

class RunningChild {
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

  tell(message: ToParent, transferList: TransferListItem[] = []): void {
    this.#channel.send(message, transferList);
  }

  async succeed(value: unknown): Promise<void> {
    this.#settled = true;
    const { reach } = this.#channel;
    const transferList: TransferListItem[] = [];
    try {
      const result = await packAnswer(value, "result", reach, transferList);
      cloning(value, { reach, path: "result", transferList }, () =>
        this.tell({ type: "result", value: result }, transferList),
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
    if (!this.#settled) this.tell({ type: "error", error: this.#packError(error) });
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
    if (process.listenerCount("SIGINT") === 1) this.fail(new InterruptError());
  };

  // Nothing is open that could settle the target any more; Node's own exit code for that is 13.
  readonly #unsettled = () => {
    if (this.#settled) return;
    process.stderr.write(
      `Process ${this.#name}: its target waits for something that can never come, nothing is open that could bring it\n`,
    );
    process.exit(13);
  };

  async #answer(id: number): Promise<void> {
    const { ps } = await import("./ps.ts");
    this.tell({ type: "answer", id, rows: await ps() });
  }

  #receive(message: ToChild): void {
    if (message.type === "message") this.#line.deliver(message.body);
    // Who asks waits no longer than a moment, and goes on without what cannot be told.
    else if (message.type === "ask") void this.#answer(message.id).catch(() => {});
    else if (process.listenerCount("SIGINT") === 0) this.tell({ type: "uninterrupted" });
    else process.emit("SIGINT", "SIGINT");
  }
}

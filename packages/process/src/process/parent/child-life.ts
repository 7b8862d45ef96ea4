import type { TransferListItem } from "node:worker_threads";
import { deferred } from "../../base/deferred.ts";
import { WorkerDiedError } from "../../base/errors.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { unpackValue } from "../../callable/load/unpack-value.ts";
import { announceDeath } from "../../memory/announce-exit.ts";
import { signalOf } from "../../start/child/exit-code.ts";
import type { Child, Exit, StartMethodName } from "../../start/start-method.ts";
import type { ProcessInfo, ProcessState } from "../info/control-block.ts";
import { threadStat } from "../info/proc.ts";
import type { ToChild, ToParent } from "../info/start-message.ts";

/** What is fixed about a child when it is started. */
export interface Birth {
  readonly name: string;
  readonly daemon: boolean;
  readonly startMethod: StartMethodName;
  /** Where `start()` was called, as stacks show it; formatted only when it is read. */
  readonly calledFrom: { readonly stack?: string };
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

// A child that is busy does not answer; whoever asks for its figures gets the rest without waiting longer for it.
const longestAskMs = 100;

/** The parent's side of one child, from its birth until it is reaped. */
export class Life {
  readonly birth: Birth;
  readonly child: Child;
  readonly startedAt = new Date();
  /** The exit code, as soon as the child has ended. */
  readonly ended: Promise<number>;
  #exit: Exit | undefined;
  #running = false;
  #tid: number | null = null;
  #reaped = false;
  #answered = false;
  #settled = false;
  #holds = 0;
  readonly #outcome = deferred<Outcome>();
  #asked = 0;
  #deliver: ((body: never) => void) | undefined;
  readonly #answers = new Map<number, (rows: readonly ProcessInfo[] | null) => void>();

  constructor(child: Child, birth: Birth) {
    this.child = child;
    this.birth = birth;
    if (birth.daemon) child.ref(false);
    child.channel.receive((message: ToParent) => this.#receive(message));
    this.ended = child.exited.then((exit) => this.#end(exit));
    void this.#outcome.promise.then(() => {
      this.#answered = true;
    });
  }

  /** `null` until the child has ended. */
  get exitCode(): number | null {
    return this.#exit?.code ?? null;
  }

  get state(): ProcessState {
    if (this.#reaped) return "terminated";
    if (this.#exit !== undefined) return "zombie";
    if (!this.#running) return "ready";
    return (threadStat(this.child.pid, this.#tid)?.running ?? true) ? "running" : "waiting";
  }

  /** The kernel's id of the child's thread, for a thread; `null` for a process, and while it is not known. */
  get tid(): number | null {
    return this.#tid;
  }

  /** Whether it is known what the target returned or threw, or that it never will be. */
  get isAnswered(): boolean {
    return this.#answered;
  }

  /** Somebody has learnt that the child ended; nobody needs to be told any more. */
  reap(): void {
    this.#reaped = true;
  }

  /** What the target returned. Rejects with what it threw, or with how the child died without an answer. */
  async result(): Promise<unknown> {
    const outcome = await this.#outcome.promise;
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  /** The child's own word on itself and everything below it; `null` when it does not come to answer. */
  ask(): Promise<readonly ProcessInfo[] | null> {
    if (!this.#running || this.#exit !== undefined) return Promise.resolve(null);
    const id = ++this.#asked;
    return new Promise((resolve) => {
      const answer = (rows: readonly ProcessInfo[] | null) => {
        clearTimeout(patience);
        this.#answers.delete(id);
        resolve(rows);
      };
      const patience = setTimeout(answer, longestAskMs, null);
      this.#answers.set(id, answer);
      this.#tell({ type: "ask", id });
    });
  }

  interrupt(): void {
    if (this.child.channel.reach === "thread") this.#tell({ type: "interrupt" });
    else this.child.kill("SIGINT");
  }

  /** While somebody waits for it, a child keeps the program alive, a daemon too. Returns the end of the wait. */
  hold(): () => void {
    this.#holds += 1;
    if (this.#holds === 1) this.child.ref(true);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      if (this.#holds === 0 && this.birth.daemon) this.child.ref(false);
    };
  }

  /**
   * Sends a message to the program that the child runs.
   *
   * @throws what cloning throws; nothing was sent then.
   */
  send(body: unknown, transferList?: readonly TransferListItem[]): void {
    this.child.channel.send({ type: "message", body } satisfies ToChild, transferList);
  }

  /** Takes the messages of the program that the child runs. */
  receive(deliver: (body: never) => void): void {
    this.#deliver = deliver;
  }

  /** Terminates the child when the signal aborts; what waits for its result gets the signal's reason. */
  endWith(signal: AbortSignal): void {
    const abort = () => {
      this.#settle({ error: signal.reason });
      this.child.terminate();
    };
    signal.addEventListener("abort", abort, { once: true });
    void this.ended.then(() => signal.removeEventListener("abort", abort));
  }

  #tell(message: ToChild): void {
    this.child.channel.send(message);
  }

  #receive(message: ToParent): void {
    switch (message.type) {
      case "running":
        this.#running = true;
        this.#tid = message.tid;
        break;
      case "result":
        this.#settle(unpackOutcome(message.value, (value) => ({ value })));
        break;
      case "error":
        this.#settle(unpackOutcome(message.error, (error) => ({ error: this.#withCaller(error) })));
        break;
      case "message":
        this.#deliver?.(message.body as never);
        break;
      case "uninterrupted":
        this.child.kill("SIGINT");
        break;
      case "answer":
        this.#answers.get(message.id)?.(message.rows);
    }
  }

  #settle(outcome: Outcome | Promise<Outcome>): void {
    this.#settled = true;
    this.#outcome.resolve(outcome);
  }

  #end(exit: Exit): number {
    this.#exit = exit;
    for (const answer of this.#answers.values()) answer(null);
    this.child.channel.close();
    announceDeath(this.child.threadId);
    // Most children die with their answer given, and a death with both its stacks takes a while to tell.
    if (!this.#settled) this.#settle({ error: this.#withCaller(this.#death(exit)) });
    return exit.code;
  }

  #death({ code, error }: Exit): WorkerDiedError {
    const { pid, lastWords, threadId } = this.child;
    const { name } = this.birth;
    const signal = signalOf(code);
    const who = `${name} (${threadId === 0 ? `pid ${pid}` : `thread ${threadId} of pid ${pid}`})`;
    const how = signal === null ? `exit code ${code}` : `${signal}, exit code ${code}`;
    const said = lastWords === "" ? "" : `; the last that it wrote to stderr:\n${lastWords}`;
    const death = { exitCode: code, signal, pid, processName: name, stderr: lastWords };
    return new WorkerDiedError(
      `${who} ended before its target gave an answer: ${how}${because(error)}${said}`,
      death,
      error === undefined ? {} : { cause: error },
    );
  }

  // The child's stack tells where it went wrong; whose child that was, the line that started it tells.
  #withCaller(error: unknown): unknown {
    const caller = this.birth.calledFrom.stack?.replace(/^.*?\n(?=\s+at )/s, "");
    if (!(error instanceof Error) || !caller) return error;
    const own = error instanceof WorkerDiedError ? `${error.name}: ${error.message}` : error.stack;
    Object.defineProperty(error, "stack", {
      value: `${own}\n  ${this.birth.name} was started\n${caller}`,
      writable: true,
      configurable: true,
    });
    return error;
  }
}

function unpackOutcome(packed: PackedValue, outcome: (value: unknown) => Outcome): Promise<Outcome> {
  return unpackValue(packed).then(outcome, (error) => ({ error }));
}

function because(error: unknown): string {
  return error instanceof Error ? ` (${error.message})` : "";
}

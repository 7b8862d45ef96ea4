import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { StartMethodName } from "@manyhands/process";
import {
  deserialize,
  type EngineWorker,
  isAnswer,
  type MessageToPool,
  packErrorOfAnyClass,
  type RunMessage,
  selectEngine,
  serialize,
  type WorkerBoot,
} from "@manyhands/process/engine";
import { packageVersion } from "../base/package-version.ts";
import { Admission, type AdmissionOptions, type AdmittedRun, type ControlMessage } from "../code/admission.ts";
import { lockFileOf } from "../code/program-file.ts";
import { rootPath } from "../code/roots.ts";
import type { Address, Entry, HeldSeat, WorkerTransport } from "../transport/transport.ts";
import type { SeatReport } from "../wire/announcement.ts";
import { type LargePart, putPart } from "../wire/large-parts.ts";
import { SeatChannel } from "../wire/seat-channel.ts";
import type { FromSeat, SeatRequest, ToSeat } from "../wire/seat-message.ts";
import { failedAnswer, readFrom } from "../wire/skew.ts";
import { tooLarge } from "../wire/too-large.ts";
import type { BlobCache } from "./blob-cache.ts";

/** How long a client may take to send the first message, in milliseconds. */
const bootMs = 30_000;

/** What a seat needs of its worker program. */
export interface SeatHost {
  readonly id: string;
  readonly leaseMs: number;
  readonly key: Uint8Array;
  readonly startMethod: StartMethodName;
  readonly transport: WorkerTransport;
  readonly admission: AdmissionOptions;
  readonly blobs: BlobCache;
}

/** A seat that this worker program holds: a process of this machine, between its pool and the transport. */
export class ServedSeat {
  readonly id: string;
  readonly client: string;
  readonly #request: SeatRequest;
  /** Where its client reads. */
  readonly #address: Address;
  readonly #host: SeatHost;
  readonly #channel: SeatChannel<ToSeat>;
  readonly #bootTimer: NodeJS.Timeout;
  #child: EngineWorker | undefined;
  #admission: Admission | undefined;
  /** How many tasks the process has and has not answered, and how many it has answered. */
  #runningTasks = 0;
  #answeredTasks = 0;
  /** How many run messages came, and the numbers of those of which no task was passed on. */
  #runs = 0;
  readonly #skippedRuns: number[] = [];
  #hasStarted = false;
  #hasLeft = false;
  #isCutOff = false;
  /** The handling of the messages so far, while one of them waits for its blobs. */
  #handling: Promise<void> | undefined;
  /** Why the seat ends before its process has reported anything; for the error of its tasks. */
  #givenUp: string | undefined;
  #leave!: () => void;
  /** Settles when the seat can be given back. */
  readonly left: Promise<void>;

  constructor(host: SeatHost, { id, request }: HeldSeat) {
    this.#host = host;
    this.id = id;
    this.client = request.client;
    this.#request = request;
    this.#address = { id: request.client, leaseMs: request.leaseMs };
    this.#channel = new SeatChannel(host.key, "to client", this.client, id);
    this.#channel.session = randomBytes(9).toString("base64url");
    this.left = new Promise((resolve) => {
      this.#leave = resolve;
    });
    this.#bootTimer = setTimeout(() => this.#leave(), bootMs);
    const { program } = host.admission.roots;
    void this.#tell({
      here: {
        worker: host.id,
        session: this.#channel.session,
        leaseMs: host.leaseMs,
        host: hostname(),
        node: process.versions.node,
        manyhands: packageVersion(),
        root: rootPath(program),
        lock: lockFileOf(program),
      },
    });
  }

  /** For operators. */
  get report(): SeatReport {
    const { name, client, host, pid } = this.#request;
    return {
      id: this.id,
      name,
      client,
      clientHost: host,
      clientPid: pid,
      pid: this.#child?.pid ?? 0,
      running: this.#runningTasks,
      tasks: this.#answeredTasks,
    };
  }

  /** Takes an entry of its client. Anything that was not sealed for this seat is ignored. */
  take({ number, bytes }: Entry): void {
    const opened = this.#channel.open(number, bytes);
    if (opened === "gap" || opened === "unreadable") this.cutOff();
    if (typeof opened === "string") return;
    clearTimeout(this.#bootTimer);
    try {
      this.#receive(opened.message);
    } catch {
      // A message that no client of this version sends: the pool finds out by the end of the seat.
      this.cutOff();
    }
  }

  #receive(message: ToSeat): void {
    const parts = "parts" in message ? message.parts : [];
    if ("kill" in message) this.#kill(message.kill);
    else if (this.#handling === undefined && parts.length === 0) this.#handle(message, []);
    else this.#handleInTurn(message, parts);
  }

  #handleInTurn(message: ToSeat, parts: readonly LargePart[]): void {
    const found = Promise.all(parts.map(({ blob }) => this.#host.blobs.get(this.client, blob)));
    const handling: Promise<void> = Promise.all([found, this.#handling])
      .then(
        ([blobs]) => this.#handle(message, blobs),
        (error: Error) => this.#giveUp(error),
      )
      .finally(() => {
        if (this.#handling === handling) this.#handling = undefined;
      });
    this.#handling = handling;
  }

  /** @param blobs the bytes of the message's parts. */
  #handle(message: ToSeat, blobs: readonly Uint8Array[]): void {
    if (this.#hasLeft || this.#givenUp !== undefined) return;
    try {
      if ("run" in message) this.#run(message, blobs);
      else if ("message" in message) this.#forward(message.message);
      else if ("boot" in message && this.#child === undefined) this.#boot(message, blobs);
    } catch {
      this.cutOff();
    }
  }

  // The pool sends the tasks that the process has not started on to another worker.
  #giveUp({ message }: Error): void {
    if (this.#givenUp !== undefined) return;
    this.#givenUp = message;
    if (this.#child !== undefined) this.#kill("SIGKILL");
    else void this.#tellExit({ code: 1, why: message, startedRuns: 0, stderrTail: "" });
  }

  /** Asks the pool to send no further tasks; the process exits when it has run those that it has. */
  retire(): void {
    void this.#tell({ leaving: true });
  }

  /** Ends the process: its pool does not wait for it any more. */
  cutOff(): void {
    this.#isCutOff = true;
    this.#kill("SIGKILL");
  }

  #kill(signal: NodeJS.Signals): void {
    if (this.#child === undefined) this.#end();
    else this.#child.kill(signal);
  }

  #boot(message: Extract<ToSeat, { readonly boot: unknown }>, blobs: readonly Uint8Array[]): void {
    const admission = new Admission(this.#host.admission, message.roots);
    let boot: WorkerBoot;
    try {
      for (const [i, { path }] of message.parts.entries())
        putPart(message.boot, path, deserialize(blobs[i] as Uint8Array));
      boot = admission.boot(message.boot);
    } catch (error) {
      void this.#tell({ message: { type: "failed", error: packErrorOfAnyClass(error, "machine") } });
      void this.#tellExit({ code: 1, why: null, startedRuns: 0, stderrTail: "" });
      return;
    }
    this.#admission = admission;
    const spec = {
      name: message.name,
      pool: this.client,
      boot,
      transferList: [],
      resourceLimits: undefined,
      program: {},
    };
    const child = selectEngine(this.#host.startMethod).launch(spec, (message) => this.#pass(message, child));
    this.#child = child;
    void child.exited.then(async ({ code, error }) => {
      const { stderrTail } = child;
      const startedRuns = this.#numberOfRun(child.startedRuns);
      // As text: V8 of another version of Node may be unable to read an error.
      const text = error === undefined ? null : error instanceof Error ? error.message || error.name : String(error);
      await this.#tellExit({ code, why: this.#givenUp ?? text, startedRuns, stderrTail });
    });
  }

  // The lease must not end before the exit was sent.
  async #tellExit(exit: Extract<FromSeat, { readonly exit: unknown }>["exit"]): Promise<void> {
    if (!this.#isCutOff) await this.#tell({ exit });
    this.#end();
  }

  #forward(message: ControlMessage): void {
    this.#admission?.control(message);
    this.#child?.send(message);
  }

  #run(
    { run: bytes, tasks, node, modules, parts }: Extract<ToSeat, { readonly run: unknown }>,
    blobs: readonly Uint8Array[],
  ): void {
    if (this.#child === undefined || this.#admission === undefined) return;
    this.#runs += 1;
    let run: AdmittedRun;
    try {
      const read = (written: Uint8Array) => readFrom(written, "the tasks of a message", node);
      const message = read(bytes) as RunMessage;
      for (const [i, { path }] of parts.entries()) putPart(message, path, read(blobs[i] as Uint8Array));
      run = this.#admission.run(message, modules);
    } catch (error) {
      run = { message: [], tasks: 0, answers: tasks.map((id) => failedAnswer(id, error)) };
    }
    if (run.tasks === 0) this.#skippedRuns.push(this.#runs);
    this.#runningTasks += run.tasks;
    this.#child.send(run.message);
    for (const answer of run.answers) void this.#tell({ message: answer });
  }

  /** The number of a run message among all that came, from its number among those that were passed on. */
  #numberOfRun(passed: number): number {
    let number = passed;
    for (const skipped of this.#skippedRuns) if (skipped <= number) number += 1;
    return number;
  }

  #pass(message: MessageToPool, { pid, threadId }: EngineWorker): void {
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      void this.#tell({ started: { pid, threadId } });
    }
    if (isAnswer(message)) {
      this.#runningTasks -= 1;
      this.#answeredTasks += 1;
    }
    void this.#tell(this.#translated(message));
  }

  // A task may return what looks like a form of a message, and is none.
  #translated(message: MessageToPool): FromSeat {
    try {
      const translated = this.#admission?.answer(message) ?? message;
      if (!isAnswer(translated)) return { message: translated };
      const answer = serialize(translated);
      const { mostBytes } = this.#host.transport;
      if (answer.length > mostBytes) throw tooLarge("a result", answer.length, mostBytes);
      return { answer, task: translated[0], node: process.versions.node };
    } catch (error) {
      if (isAnswer(message)) return { message: failedAnswer(message[0], error) };
      return { message: { type: "failed", error: packErrorOfAnyClass(error, "machine") } };
    }
  }

  async #tell(message: FromSeat): Promise<void> {
    try {
      const entry = { seat: this.id, ...this.#channel.seal(serialize(message)) };
      await this.#host.transport.post(this.#address, entry);
    } catch {
      // An answer is lost, so the client must not wait for it: the seat's lease ends.
      this.cutOff();
    }
  }

  #end(): void {
    clearTimeout(this.#bootTimer);
    this.#hasLeft = true;
    this.#leave();
  }
}

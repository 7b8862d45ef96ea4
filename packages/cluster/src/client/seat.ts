import { randomBytes } from "node:crypto";
import type { TransferListItem } from "node:worker_threads";
import {
  detachBuffers,
  type EngineWorker,
  type Exit,
  isAnswer,
  type MessageToPool,
  type MessageToWorker,
  packErrorOfAnyClass,
  serialize,
  type WorkerBoot,
  type WorkerSpec,
} from "@manyhands/process/engine";
import type { ControlMessage } from "../code/admission.ts";
import type { Needs } from "../code/needs.ts";
import type { Address, Entry } from "../transport/transport.ts";
import { type Blob, type CutMessage, cutBoot, cutRun, largeBytes } from "../wire/large-parts.ts";
import { SeatChannel } from "../wire/seat-channel.ts";
import type { FromSeat, Here, ToSeat } from "../wire/seat-message.ts";
import { failedAnswer, readFrom } from "../wire/skew.ts";
import { tooLarge } from "../wire/too-large.ts";
import type { OwnSeat } from "./fair-share.ts";
import type { OwnProgram } from "./own-program.ts";
import { SentModules } from "./sent-modules.ts";

/** What a seat needs of its client. */
export interface SeatOwner {
  readonly id: string;
  readonly key: Uint8Array;
  readonly program: OwnProgram;
  /** The largest value that the server takes, in bytes. */
  readonly mostBytes: number;
  /** Posts an entry to the worker program that holds a seat, after the blobs that it needs. */
  post(worker: Address, entry: Entry, blobs: readonly Blob[]): void;
  /** The blobs of an entry are not needed any more. */
  release(blobs: readonly string[]): void;
  /** A worker program has taken a seat. */
  taken(here: Here): void;
  /** Takes back the request for a seat. */
  drop(seat: Seat): void;
  /** The seat has ended. */
  ended(seat: Seat): void;
}

/** A message of a seat that is ready to be sealed. */
interface Outgoing {
  readonly bytes: Buffer;
  readonly blobs: readonly Blob[];
  /** Set for a run message: the ids of its tasks. */
  readonly tasks: readonly number[] | undefined;
}

/**
 * One core of some machine, for as long as a pool holds it: a worker of the pool.
 *
 * It waits until a worker program takes it. It ends when the program reports the exit of its process, or when its lease
 * has ended and everything that the program sent before was read.
 */
export class Seat implements EngineWorker, OwnSeat {
  readonly id: string;
  readonly name: string;
  readonly pool: string;
  /** What its worker program must have. */
  readonly needs: Needs;
  readonly exited: Promise<Exit>;
  readonly #owner: SeatOwner;
  readonly #channel: SeatChannel<FromSeat>;
  readonly #onMessage: (message: MessageToPool) => void;
  /** The messages to send when a worker program takes the seat. */
  readonly #early: Outgoing[] = [];
  /** The blobs that the boot message and tasks need, until the process has started or a task was answered. */
  readonly #blobs = new Map<number | "boot", string[]>();
  readonly #modules: SentModules;
  #exit!: (exit: Exit) => void;
  #worker: Address | undefined;
  #isEnded = false;
  pid = 0;
  threadId = 0;
  host: string | null = null;
  startedRuns = 0;
  stderrTail = "";
  isLost = false;
  /** Whether the pool does not wait for what it does any more. */
  isKilled = false;
  takenAt: number | undefined;
  idleSince: number | undefined;
  isLeaving = false;
  /** How many tasks its worker has and has not answered. */
  #tasks = 0;
  /** Whether its request is known to have reached the server, so that its lease may be looked for. */
  isAsked = false;

  /** @throws the error of cloning the boot message. */
  constructor(owner: SeatOwner, spec: WorkerSpec, onMessage: (message: MessageToPool) => void) {
    const { name, pool, boot, transferList } = spec;
    this.#owner = owner;
    this.id = `${owner.id}.${randomBytes(9).toString("base64url")}`;
    this.name = name;
    this.pool = pool;
    this.needs = owner.program.needsOf(boot.initializer, boot.initArgs);
    this.#modules = new SentModules(owner.program);
    this.#channel = new SeatChannel(owner.key, "to worker", owner.id, this.id);
    this.#onMessage = onMessage;
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
    const { message, parts, blobs } = serialize(boot).length < largeBytes ? uncut(boot) : cutBoot(boot);
    this.#send({ boot: message, name, roots: owner.program.roots, parts }, blobs);
    detachBuffers(transferList);
  }

  /** Whether a worker program has it. */
  get isTaken(): boolean {
    return this.#worker !== undefined;
  }

  send(message: MessageToWorker, transferList: readonly TransferListItem[] = []): void {
    if (isControl(message)) this.#send({ message });
    else this.#sendRun(message as RunOfTasks);
    detachBuffers(transferList);
  }

  /**
   * Sends a message that is answered: when the server has lost the last messages of a side, the other side finds out by
   * the number of the next one.
   */
  ping(): void {
    if (this.isTaken) this.#send({ message: { type: "ping" } });
  }

  kill(signal: NodeJS.Signals): void {
    this.isKilled = true;
    if (this.isTaken) {
      this.#send({ kill: signal });
      return;
    }
    this.#owner.drop(this);
    this.end({ code: -15 });
  }

  /** Takes an entry that was sent by the worker program. @returns whether it was refused. */
  receive({ number, bytes }: Entry): boolean {
    const opened = this.#channel.open(number, bytes);
    if (opened === "gap") this.lose("some of its messages were lost");
    if (opened === "unreadable") this.lose("it runs a version of Node whose messages this one cannot read");
    if (typeof opened === "string") return opened === "refused";
    const { message } = opened;
    if ("answer" in message) {
      this.#answered(message.task);
      const answer = readAnswer(message);
      this.#modules.answered(message.task, answer);
      this.#onMessage(answer);
    } else if ("message" in message) this.#received(message.message);
    else if ("here" in message) this.#taken(message.here);
    else if ("started" in message) ({ pid: this.pid, threadId: this.threadId } = message.started);
    else if ("leaving" in message) this.giveBack("machine");
    else {
      const { code, why, startedRuns, stderrTail } = message.exit;
      this.startedRuns = startedRuns;
      this.stderrTail = stderrTail;
      this.end(why === null ? { code } : { code, error: new Error(why) });
    }
    return false;
  }

  /** Ends it because contact was lost. @param why for the error of its tasks. */
  lose(why: string): void {
    this.isLost = true;
    this.#owner.drop(this);
    this.end({ code: 1, error: new Error(why) });
  }

  /** Reports to the pool that no worker can boot. */
  fail(error: PackedError): void {
    this.#onMessage({ type: "failed", error });
  }

  /** Asks the pool to send no further tasks. See `MessageToPool`. */
  giveBack(reason: "machine" | "shared" | "idle"): void {
    this.isLeaving = true;
    this.#onMessage({ type: "retire", reason });
  }

  end(exit: Exit): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#early.length = 0;
    for (const id of this.#blobs.keys()) this.#release(id);
    this.#owner.ended(this);
    this.#exit(exit);
  }

  #taken(here: Here): void {
    this.#worker = { id: here.worker, leaseMs: here.leaseMs };
    this.#channel.session = here.session;
    this.takenAt = performance.now();
    this.host = here.host;
    this.#owner.taken(here);
    try {
      for (const outgoing of this.#early.splice(0)) this.#post(outgoing);
    } catch (error) {
      // Only now are the limits of the server known.
      this.fail(packErrorOfAnyClass(error, "machine"));
    }
  }

  #received(message: MessageToPool): void {
    if (isAnswer(message)) this.#answered(message[0]);
    else if (message.type === "ready") {
      this.#release("boot");
      this.idleSince = performance.now();
    }
    this.#onMessage(message);
  }

  #answered(task: number): void {
    this.#release(task);
    this.#tasks -= 1;
    if (this.#tasks === 0) this.idleSince = performance.now();
  }

  #sendRun(run: RunOfTasks): void {
    const tasks = ("type" in run ? run.tasks : run).map(([id]) => id);
    const whole = serialize(run);
    const node = process.versions.node;
    const modules = "type" in run ? this.#modules.add(run) : [];
    if (whole.length < largeBytes) {
      this.#send({ run: whole, tasks, node, modules, parts: [] }, [], tasks);
      return;
    }
    const { message, parts, blobs } = cutRun(run);
    this.#send({ run: parts.length === 0 ? whole : serialize(message), tasks, node, modules, parts }, blobs, tasks);
  }

  #send(message: ToSeat, blobs: readonly Blob[] = [], tasks?: readonly number[]): void {
    if (this.#isEnded) return;
    const outgoing = { bytes: serialize(message), blobs, tasks };
    this.#checkSize(outgoing);
    if (this.#worker === undefined) this.#early.push(outgoing);
    else this.#post(outgoing);
  }

  #checkSize({ bytes, blobs }: Outgoing): void {
    const length = Math.max(bytes.length, ...blobs.map((blob) => blob.bytes.length));
    if (length > this.#owner.mostBytes) throw tooLarge("a value", length, this.#owner.mostBytes);
  }

  // A run message counts as started as soon as it is posted: a machine that is lost later may have run it.
  #post(outgoing: Outgoing): void {
    this.#checkSize(outgoing);
    const { bytes, blobs, tasks } = outgoing;
    if (tasks !== undefined) {
      this.startedRuns += 1;
      this.#tasks += tasks.length;
      if (tasks.length > 0) this.idleSince = undefined;
    }
    if (blobs.length > 0) {
      // The tasks of a message have the same list: the first answer shows that all of it was read.
      const names = blobs.map(({ name }) => name);
      for (const id of tasks ?? ["boot" as const]) this.#blobs.set(id, names);
    }
    this.#owner.post(this.#worker as Address, { seat: this.id, ...this.#channel.seal(bytes) }, blobs);
  }

  #release(id: number | "boot"): void {
    const names = this.#blobs.get(id);
    if (names === undefined) return;
    this.#blobs.delete(id);
    this.#owner.release(names.splice(0));
  }
}

// A pool sends no other boot message.
function isControl(message: MessageToWorker): message is ControlMessage {
  return "type" in message && message.type !== "run" && message.type !== "boot";
}

function uncut(boot: WorkerBoot): CutMessage<WorkerBoot> {
  return { message: boot, parts: [], blobs: [] };
}

function readAnswer({ answer, task, node }: Extract<FromSeat, { readonly answer: unknown }>): MessageToPool {
  try {
    return readFrom(answer, "result", node) as MessageToPool;
  } catch (error) {
    return failedAnswer(task, error);
  }
}

type RunOfTasks = Extract<MessageToWorker, { readonly tasks: unknown } | readonly unknown[]>;
type PackedError = Extract<MessageToPool, { readonly type: "failed" }>["error"];

import { randomBytes } from "node:crypto";
import type { TransferListItem } from "node:worker_threads";
import {
  detachBuffers,
  type EngineWorker,
  type Exit,
  type MessageToPool,
  type MessageToWorker,
  serialize,
  type WorkerSpec,
} from "@manyhands/process/engine";
import type { Roots } from "../code/roots.ts";
import type { Entry } from "../transport/transport.ts";
import { SeatChannel } from "../wire/seat-channel.ts";
import type { FromSeat, ToSeat } from "../wire/seat-message.ts";
import { failedAnswer, readFrom } from "../wire/skew.ts";

/** The largest message, in bytes: Redis takes no value of 512 MB or more. */
const mostBytes = 500_000_000;

/** What a seat needs of its client. */
export interface SeatOwner {
  readonly id: string;
  readonly key: Uint8Array;
  readonly roots: Roots;
  /** Posts an entry to the worker program that holds a seat. */
  post(worker: string, entry: Entry): void;
  /** Takes back the request for a seat. */
  drop(seat: Seat): void;
  /** The seat has ended. */
  ended(seat: Seat): void;
}

/**
 * One core of some machine, for as long as a pool holds it: a worker of the pool.
 *
 * It waits until a worker program takes it. It ends when the program reports the exit of its process, or when its lease
 * has ended and everything that the program sent before was read.
 */
export class Seat implements EngineWorker {
  readonly id = randomBytes(9).toString("base64url");
  readonly name: string;
  readonly exited: Promise<Exit>;
  readonly #owner: SeatOwner;
  readonly #channel: SeatChannel<FromSeat>;
  readonly #onMessage: (message: MessageToPool) => void;
  /** The messages to send when a worker program takes the seat, with whether they are run messages. */
  readonly #early: [bytes: Buffer, isRun: boolean][] = [];
  #exit!: (exit: Exit) => void;
  #worker: string | undefined;
  #isEnded = false;
  pid = 0;
  threadId = 0;
  host: string | null = null;
  startedRuns = 0;
  stderrTail = "";
  isLost = false;
  /** Whether its request is known to have reached the server, so that its lease may be looked for. */
  isAsked = false;
  /** How often in a row its lease was missing. */
  misses = 0;
  /** The number of the fence after which it may be declared lost. */
  missedBefore = 0;

  /** @throws the error of cloning the boot message. */
  constructor(owner: SeatOwner, { name, boot, transferList }: WorkerSpec, onMessage: (message: MessageToPool) => void) {
    this.#owner = owner;
    this.name = name;
    this.#channel = new SeatChannel(owner.key, "to worker", owner.id, this.id);
    this.#onMessage = onMessage;
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
    this.#send({ boot, name, roots: owner.roots }, false);
    detachBuffers(transferList);
  }

  /** Whether a worker program has it. */
  get isTaken(): boolean {
    return this.#worker !== undefined;
  }

  send(message: MessageToWorker, transferList: readonly TransferListItem[] = []): void {
    if ("type" in message && message.type !== "run") this.#send({ message }, false);
    else {
      const tasks = ("type" in message ? message.tasks : message).map(([id]) => id);
      this.#send({ run: serialize(message), tasks, node: process.versions.node }, true);
    }
    detachBuffers(transferList);
  }

  kill(signal: NodeJS.Signals): void {
    if (this.isTaken) {
      this.#send({ kill: signal }, false);
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
    if ("answer" in message) this.#onMessage(readAnswer(message));
    else if ("message" in message) this.#onMessage(message.message);
    else if ("here" in message) this.#taken(message.here);
    else if ("started" in message) ({ pid: this.pid, threadId: this.threadId } = message.started);
    else if ("leaving" in message) this.#onMessage({ type: "retire" });
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

  end(exit: Exit): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#early.length = 0;
    this.#owner.ended(this);
    this.#exit(exit);
  }

  #taken({ worker, host }: { readonly worker: string; readonly host: string }): void {
    this.#worker = worker;
    this.host = host;
    for (const [bytes, isRun] of this.#early.splice(0)) this.#post(bytes, isRun);
  }

  #send(message: ToSeat, isRun: boolean): void {
    if (this.#isEnded) return;
    const bytes = serialize(message);
    if (bytes.length > mostBytes) {
      throw new RangeError(
        `Cannot send a message of ${Math.ceil(bytes.length / 1e6)} MB to another machine: Redis takes 500 MB at most; ` +
          "send the data in parts, or send the name of a file that the machines share",
      );
    }
    if (this.#worker === undefined) this.#early.push([bytes, isRun]);
    else this.#post(bytes, isRun);
  }

  // A run message counts as started as soon as it is posted: a machine that is lost later may have run it.
  #post(body: Buffer, isRun: boolean): void {
    if (isRun) this.startedRuns += 1;
    this.#owner.post(this.#worker as string, { seat: this.id, ...this.#channel.seal(body) });
  }
}

function readAnswer({ answer, task, node }: Extract<FromSeat, { readonly answer: unknown }>): MessageToPool {
  try {
    return readFrom(answer, "result", node) as MessageToPool;
  } catch (error) {
    return failedAnswer(task, error);
  }
}

type PackedError = Extract<MessageToPool, { readonly type: "failed" }>["error"];

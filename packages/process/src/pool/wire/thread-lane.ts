import type { MessagePort, ResourceLimits, Worker } from "node:worker_threads";
import type { Piscina } from "piscina";
import { shareWithThreads } from "../../memory/announce-exit.ts";
import type { Identity } from "../../process/info/process-identity.ts";
import { program } from "../../start/child/program-path.ts";
import { type Spare, Stock } from "../../start/spare/spare-workers.ts";

const entry = program("pool-bootstrap", "cjs");

/** What a thread of a pool is given at its birth; all else comes over the port. */
export interface ThreadBirth {
  readonly identity: Identity;
  readonly port: MessagePort;
  /** One word: how many messages of tasks the thread has begun on. */
  readonly begun: Int32Array;
}

/** What a spare is given: its birth comes over that port. */
export interface SpareBirth {
  readonly birthPort: MessagePort;
}

/** A piscina with one thread, which is born so: a spare where there is one that is as it would be, else a new one. */
export function laneFor(birth: ThreadBirth, resourceLimits: ResourceLimits | undefined): Piscina {
  const spare = resourceLimits === undefined ? spares.take() : undefined;
  return spare?.use(birth) ?? makeLane(birth, [birth.port], resourceLimits);
}

function makeLane(
  given: ThreadBirth | SpareBirth,
  transferList: MessagePort[],
  resourceLimits?: ResourceLimits,
): Piscina {
  const lane = new (loadPiscina())({
    filename: entry.href,
    name: "work",
    // With a minimum of none, a thread that has died is not replaced behind our back.
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    atomics: "disabled",
    recordTiming: false,
    ...(resourceLimits && { resourceLimits }),
  });
  // What piscina would tell of the thread's end is learnt from the thread itself.
  lane.on("error", () => {});
  lane.run(given, { transferList: transferList as never[] }).catch(() => {});
  return lane;
}

/** A thread that has booted, and waits to be told whose worker it is. */
class SpareLane implements Spare {
  readonly #lane: Piscina;
  readonly #port: MessagePort;
  readonly #booted: Promise<unknown>;
  readonly ended: Promise<unknown>;

  constructor() {
    shareWithThreads();
    const { port1, port2 } = new (process.getBuiltinModule("node:worker_threads").MessageChannel)();
    this.#port = port1;
    this.#booted = new Promise((resolve) => port1.once("message", resolve));
    port1.unref();
    this.#lane = makeLane({ birthPort: port2 }, [port2]);
    const [thread] = this.#lane.threads as Worker[];
    this.ended = new Promise((resolve) => thread?.once("exit", resolve));
  }

  // Until then a call of piscina's is under way, which keeps the program alive.
  booted(): Promise<unknown> {
    return this.#booted;
  }

  use(birth: ThreadBirth): Piscina {
    this.#port.postMessage(birth, [birth.port]);
    this.#port.close();
    return this.#lane;
  }

  drop(): void {
    this.#port.close();
    void this.#lane.destroy();
  }
}

const spares = new Stock(() => new SpareLane());

let piscina: typeof Piscina | undefined;

function loadPiscina(): typeof Piscina {
  piscina ??= (
    process.getBuiltinModule("node:module").createRequire(import.meta.url)("piscina") as typeof import("piscina")
  ).Piscina;
  return piscina;
}

import type { MessagePort, ResourceLimits, Worker } from "node:worker_threads";
import type { Piscina } from "piscina";
import { lazyRequire } from "../../base/lazy-require.ts";
import { publishThreadTable } from "../../memory/thread-table.ts";
import { programUrl } from "../../start/child/program-url.ts";
import { publishUnlistedLoader } from "../../start/child/unlisted-loader.ts";
import { type Spare, SpareSet } from "../../start/spare/spare-set.ts";
import type { SpareThreadStart, ThreadStart } from "../wire/thread-start.ts";
import { isDefaultProgram, type WorkerProgram } from "./worker-program.ts";

/**
 * Starts the only thread of a Piscina of its own. Uses a spare if there is one with this environment; a thread with
 * limits or options is always a new one.
 *
 * @throws the error of Node when a thread cannot have these options.
 */
export function startPiscinaThread(
  start: ThreadStart,
  resourceLimits: ResourceLimits | undefined,
  program: WorkerProgram,
): Piscina {
  const isDefault = resourceLimits === undefined && isDefaultProgram(program);
  const spare = isDefault ? spares.take() : undefined;
  return spare?.use(start) ?? createPiscina(start, [start.port], resourceLimits, program);
}

function createPiscina(
  start: ThreadStart | SpareThreadStart,
  transferList: MessagePort[],
  resourceLimits?: ResourceLimits,
  { env, execArgv, argv }: WorkerProgram = {},
): Piscina {
  publishUnlistedLoader();
  const piscina = new (loadPiscina())({
    filename: programUrl("pool-bootstrap", "cjs").href,
    name: "work",
    // With a minimum of 0, piscina does not replace a thread that has exited.
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    atomics: "disabled",
    recordTiming: false,
    ...(resourceLimits && { resourceLimits }),
    ...(env && { env: env as Record<string, string> }),
    ...(execArgv && { execArgv: [...execArgv] }),
    ...(argv && { argv: [...argv] }),
  });
  // The events of the thread itself report its exit.
  piscina.on("error", () => {});
  piscina.run(start, { transferList: transferList as never[] }).catch(() => {});
  return piscina;
}

/** A thread that boots ahead and waits for its {@link ThreadStart}. */
class SpareThread implements Spare {
  readonly #piscina: Piscina;
  readonly #port: MessagePort;
  readonly #booted: Promise<unknown>;
  readonly ended: Promise<unknown>;

  constructor() {
    publishThreadTable();
    const { port1, port2 } = new (process.getBuiltinModule("node:worker_threads").MessageChannel)();
    this.#port = port1;
    this.#booted = new Promise((resolve) => port1.once("message", resolve));
    port1.unref();
    this.#piscina = createPiscina({ startPort: port2 }, [port2]);
    const [thread] = this.#piscina.threads as Worker[];
    this.ended = new Promise((resolve) => thread?.once("exit", resolve));
  }

  // The thread's piscina call is pending until then and keeps the program alive.
  booted(): Promise<unknown> {
    return this.#booted;
  }

  use(start: ThreadStart): Piscina {
    this.#port.postMessage(start, [start.port]);
    this.#port.close();
    return this.#piscina;
  }

  drop(): void {
    this.#port.close();
    void this.#piscina.destroy();
  }
}

const spares = new SpareSet(() => new SpareThread());

let piscinaClass: typeof Piscina | undefined;

function loadPiscina(): typeof Piscina {
  piscinaClass ??= lazyRequire<typeof import("piscina")>("piscina").Piscina;
  return piscinaClass;
}

import { longestTimer } from "../../src/base/deadline.ts";
import { deferred } from "../../src/base/deferred.ts";
import type { EngineWorker } from "../../src/pool/engine/engine.ts";
import { WorkerSet } from "../../src/pool/schedule/worker-set.ts";
import type { WorkerSetOptions } from "../../src/pool/schedule/worker-set-options.ts";
import type { MessageToPool, MessageToWorker, TaskMessage } from "../../src/pool/wire/pool-message.ts";
import type { Exit } from "../../src/start/start-method.ts";

/** A worker that boots, answers and exits when the test says so, and then at once. */
export class FakeWorker implements EngineWorker {
  readonly pid = 1;
  readonly threadId = 0;
  readonly stderrTail = "";
  startedRuns = 0;
  readonly receive: (message: MessageToPool) => void;
  readonly exit = deferred<Exit>();
  readonly exited = this.exit.promise;
  readonly tasks: number[] = [];
  isEnded = false;
  isReady = false;
  isAsked = false;

  constructor(receive: (message: MessageToPool) => void) {
    this.receive = receive;
  }

  send(message: MessageToWorker): void {
    if ("type" in message) {
      if (message.type === "leave") this.isAsked = true;
      if (message.type !== "run") return;
    }
    const tasks = "type" in message ? message.tasks : (message as readonly TaskMessage[]);
    this.tasks.push(...tasks.map(([id]) => id));
    this.startedRuns += 1;
  }

  kill(): void {
    this.isAsked = true;
  }

  end(code: number): void {
    this.isEnded = true;
    this.exit.resolve({ code });
  }
}

/** A worker set whose workers are fake ones, in the order in which it starts them. */
export function fakeWorkerSet(options: Partial<WorkerSetOptions>): { set: WorkerSet; workers: FakeWorker[] } {
  const workers: FakeWorker[] = [];
  const set = new WorkerSet({
    name: "Pool-1",
    engine: {
      startMethod: "spawn",
      reach: "process",
      launch(_spec, onMessage) {
        const worker = new FakeWorker(onMessage);
        workers.push(worker);
        return worker;
      },
    },
    most: 2,
    least: 2,
    isFixed: (options.least ?? 2) === (options.most ?? 2),
    followsCapacity: false,
    idleMs: Number.POSITIVE_INFINITY,
    workerName: (n) => `worker ${n}`,
    initializer: undefined,
    initArgs: [],
    maxQueue: Number.POSITIVE_INFINITY,
    recordsTimes: false,
    concurrentTasks: 1,
    maxTasksPerWorker: Number.POSITIVE_INFINITY,
    maxBytesPerWorker: Number.POSITIVE_INFINITY,
    graceMs: longestTimer,
    resourceLimits: undefined,
    program: {},
    cwd: null,
    nice: null,
    isStrictlyOrdered: false,
    breaksOnCrash: false,
    defaultWorkerCount: 1,
    ...options,
  });
  return { set, workers };
}

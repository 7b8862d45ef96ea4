import type { Attributes, BatchObservableResult, Meter, Observable } from "@opentelemetry/api";
import { tasks } from "../base/gauge.ts";
import { type PoolStats, poolStats } from "../pool/api/pool-stats.ts";
import type { PoolTaskEvent } from "../pool/schedule/pool-events.ts";
import { WorkerSet } from "../pool/schedule/worker-set.ts";
import { errorType } from "./error-type.ts";

/** The boundaries of the buckets that the conventions name for durations in messaging, in seconds. */
const explicitBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Records the metrics of a thread's pools: those of tasks when they change, those of pools when they are read. */
export class PoolMetrics {
  readonly #processDuration;
  readonly #waitTime;
  readonly #consumed;
  readonly #stop: () => void;

  constructor(meter: Meter) {
    const histogram = (name: string, description: string) =>
      meter.createHistogram(name, { description, unit: "s", advice: { explicitBucketBoundaries } });
    this.#processDuration = histogram("messaging.process.duration", "How long tasks ran in their workers.");
    this.#waitTime = histogram("manyhands.pool.task.wait_time", "How long tasks waited for a worker.");
    this.#consumed = meter.createCounter("messaging.client.consumed.messages", {
      description: "The tasks that ended.",
      unit: "{message}",
    });
    const upDown = (name: string, unit: string, description: string) =>
      meter.createObservableUpDownCounter(name, { description, unit });
    const taskCount = upDown("manyhands.pool.task.count", "{task}", "The tasks that wait for a worker or run.");
    const workerCount = upDown("manyhands.pool.worker.count", "{worker}", "The workers of a pool, by state.");
    const workerMax = upDown("manyhands.pool.worker.max", "{worker}", "How many workers a pool may have.");
    const restarts = meter.createObservableCounter("manyhands.pool.worker.restarts", {
      description: "The workers that crashed, or were replaced because of their tasks or memory.",
      unit: "{worker}",
    });
    const utilization = meter.createObservableGauge("manyhands.pool.utilization", {
      description: "Which share of their time the workers run tasks.",
      unit: "1",
    });
    const observe = (result: BatchObservableResult) => {
      for (const stats of openPools()) {
        const of = (more: Attributes = {}) => ({ "manyhands.pool.name": stats.name, ...more });
        result.observe(taskCount, stats.queued, of({ "manyhands.pool.task.state": "queued" }));
        result.observe(taskCount, stats.running, of({ "manyhands.pool.task.state": "running" }));
        for (const state of ["booting", "idle", "busy", "ending"] as const) {
          const count = stats.workers.filter((worker) => worker.state === state).length;
          result.observe(workerCount, count, of({ "manyhands.pool.worker.state": state }));
        }
        result.observe(workerMax, stats.size, of());
        result.observe(restarts, stats.died, of({ "manyhands.pool.restart.reason": "crashed" }));
        result.observe(restarts, stats.recycled, of({ "manyhands.pool.restart.reason": "recycled" }));
        result.observe(utilization, stats.utilization, of());
      }
    };
    const observables: Observable[] = [taskCount, workerCount, workerMax, restarts, utilization];
    meter.addBatchObservableCallback(observe, observables);
    this.#stop = () => meter.removeBatchObservableCallback(observe, observables);
  }

  /** Records a state change of a task. */
  changed({ edge, pool, call, ms, waitedMs, error }: PoolTaskEvent): void {
    if (edge === "queued" || edge === "retried") return;
    if (edge === "started") {
      this.#waitTime.record((waitedMs ?? 0) / 1000, { "manyhands.pool.name": pool });
      return;
    }
    const attributes: Attributes = {
      "messaging.system": "manyhands",
      "messaging.operation.name": call,
      "messaging.destination.name": pool,
      ...(edge !== "succeeded" && { "error.type": errorType(error) }),
    };
    this.#consumed.add(1, attributes);
    if (ms !== undefined) this.#processDuration.record(ms / 1000, attributes);
  }

  end(): void {
    this.#stop();
  }
}

/** The figures of the pools that have not ended. */
function openPools(): PoolStats[] {
  return tasks
    .objects()
    .filter((each) => each instanceof WorkerSet)
    .filter(({ state, workers }) => state === "open" || workers.size > 0)
    .map(poolStats);
}

import { type MeterProvider, metrics, type TracerProvider, trace } from "@opentelemetry/api";
import { checkOptionKeys } from "../base/options.ts";
import type { PoolTaskEvent } from "../pool/schedule/pool-events.ts";
import { observeTasks } from "../pool/schedule/task-observer.ts";
import { PoolMetrics } from "./pool-metrics.ts";
import { TaskSpans } from "./task-spans.ts";

/** The options of {@link instrument}. */
export interface InstrumentOptions {
  /** Makes the spans. Default: the provider that the program has registered. */
  readonly tracerProvider?: TracerProvider;
  /** Makes the instruments of metrics. Default: the provider that the program has registered. */
  readonly meterProvider?: MeterProvider;
}

let isInstrumented = false;

/**
 * Makes a span for each task of this thread's pools and executors, and records their metrics. Call it once, when the
 * providers are registered. Calls that were made before are not followed.
 *
 * A task's span is a child of the span that was active where the call was made, and linked to it. The spans that the
 * task makes in its worker are children of the task's span; for that, the worker needs an SDK of its own.
 *
 * @returns a function that ends it. Spans of tasks that run then end as well.
 * @throws {TypeError} when it was called before and not ended, or an option is wrong.
 *
 * @example
 * new NodeTracerProvider({ spanProcessors }).register();
 * instrument();
 */
export function instrument(options: InstrumentOptions = {}): () => void {
  checkOptionKeys("instrument", options, ["tracerProvider", "meterProvider"]);
  if (isInstrumented) {
    throw new TypeError("Cannot instrument the pools: they are instrumented; call the function that instrument() gave");
  }
  const { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider() } = options;
  checkProvider("tracerProvider", tracerProvider, "getTracer");
  checkProvider("meterProvider", meterProvider, "getMeter");
  const spans = new TaskSpans(tracerProvider.getTracer("@manyhands/process"));
  const poolMetrics = new PoolMetrics(meterProvider.getMeter("@manyhands/process"));
  isInstrumented = true;
  const onTask = (event: unknown) => {
    poolMetrics.changed(event as PoolTaskEvent);
    spans.changed(event as PoolTaskEvent);
  };
  const { subscribe, unsubscribe } = process.getBuiltinModule("node:diagnostics_channel");
  subscribe("manyhands.pool.task", onTask);
  observeTasks(spans);
  return () => {
    if (!isInstrumented) return;
    isInstrumented = false;
    observeTasks(undefined);
    unsubscribe("manyhands.pool.task", onTask);
    poolMetrics.end();
    spans.end();
  };
}

function checkProvider(option: string, provider: unknown, method: string): void {
  const given = (provider as Record<string, unknown> | null)?.[method];
  if (typeof given === "function") return;
  throw new TypeError(
    `Cannot instrument the pools: ${option} has no ${method}(), write a provider of OpenTelemetry's SDK`,
  );
}

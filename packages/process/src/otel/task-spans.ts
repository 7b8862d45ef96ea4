import {
  type Attributes,
  type Context,
  context,
  type Exception,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { PoolTaskEvent } from "../pool/schedule/pool-events.ts";
import type { ObservedTask, TaskObserver } from "../pool/schedule/task-observer.ts";
import { errorType } from "./error-type.ts";
import { withHeadersOf } from "./trace-context.ts";

interface Call {
  readonly pool: string;
  readonly context: Context;
}

/**
 * Makes a span for each task: from its queueing to its end, in the thread of the pool, so that it is there whatever
 * becomes of the worker. The spans of the task itself are its children.
 *
 * Source: OpenTelemetry's semantic conventions for messaging, where a task is a message that a worker processes.
 */
export class TaskSpans implements TaskObserver {
  readonly #tracer: Tracer;
  readonly #spans = new Map<number, Span>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  called(pool: string): Call {
    return { pool, context: context.active() };
  }

  sending(task: ObservedTask, call: unknown, carried: Parameters<TaskObserver["sending"]>[2]) {
    const { pool, context: caller } = call as Call;
    let span = this.#spans.get(task.id);
    if (span === undefined) {
      span = this.#start(task, pool, caller);
      this.#spans.set(task.id, span);
    }
    return withHeadersOf(trace.setSpan(caller, span), carried);
  }

  #start({ id, spec, items, queuedAt }: ObservedTask, pool: string, caller: Context): Span {
    const attributes: Attributes = {
      "messaging.system": "manyhands",
      "messaging.operation.type": "process",
      "messaging.operation.name": spec.call,
      "messaging.destination.name": pool,
      "messaging.message.id": String(id),
      "code.function.name": spec.fn.name,
      ...(spec.kind !== "call" && { "messaging.batch.message_count": items }),
    };
    const callerSpan = trace.getSpanContext(caller);
    const links = callerSpan === undefined ? [] : [{ context: callerSpan }];
    const options = { kind: SpanKind.CONSUMER, attributes, links, startTime: performance.timeOrigin + queuedAt };
    return this.#tracer.startSpan(`${spec.call} ${spec.fn.name}`, options, caller);
  }

  /** Follows a task through its states. */
  changed({ edge, task, worker, host, pid, threadId, error }: PoolTaskEvent): void {
    const span = this.#spans.get(task);
    if (span === undefined) return;
    if (edge === "started") {
      span.addEvent("started");
      span.setAttribute("manyhands.worker.name", worker as string);
      if (host !== null) span.setAttribute("host.name", host);
      if (pid) span.setAttribute("process.pid", pid);
      if (threadId) span.setAttributes({ "thread.id": threadId, "thread.name": worker as string });
    } else if (edge === "retried") span.addEvent("retried");
    else if (edge !== "queued") {
      this.#spans.delete(task);
      if (edge !== "succeeded") recordError(span, error);
      span.end();
    }
  }

  /** Ends the spans of the tasks that have not ended. */
  end(): void {
    for (const span of this.#spans.values()) span.end();
    this.#spans.clear();
  }
}

function recordError(span: Span, error: unknown): void {
  const isError = error instanceof Error;
  span.recordException(isError ? (error as Exception) : String(error));
  span.setAttribute("error.type", errorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR, ...(isError && { message: error.message }) });
}

import { AsyncLocalStorage } from "node:async_hooks";
import { context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import type { CarriedContext } from "../storage/carried-context.ts";
import { type ContextStorage, carryContext } from "../storage/carry-context.ts";

const name = "@manyhands/process/otel";

/** The headers that this thread or process received; they are carried on even where it has no SDK. */
const received = new AsyncLocalStorage<string | undefined>();

/** The active context of OpenTelemetry as the headers of the propagator, in JSON; `undefined` when there are none. */
function activeHeaders(active = context.active()): string | undefined {
  const headers: Record<string, string> = {};
  propagation.inject(active, headers);
  return Object.keys(headers).length === 0 ? undefined : JSON.stringify(headers);
}

const traceContext: ContextStorage = {
  getStore: () => activeHeaders() ?? received.getStore(),
  run(headers: string | undefined, callback) {
    return received.run(headers, () => {
      if (headers === undefined) return callback();
      return context.with(propagation.extract(ROOT_CONTEXT, JSON.parse(headers)), callback);
    });
  },
};

// A child imports this module to receive the headers.
carryContext(traceContext, { name });

/** Replaces the headers among the values that a task carries by those of another context. */
export function withHeadersOf(active: typeof ROOT_CONTEXT, carried: CarriedContext | undefined): CarriedContext {
  const headers = activeHeaders(active);
  const others = (carried ?? []).filter(([{ key }]) => key !== name);
  return headers === undefined ? others : [...others, [{ key: name, module: import.meta.url, label: name }, headers]];
}

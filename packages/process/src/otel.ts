// Spans, metrics and trace context by OpenTelemetry. Needs the package @opentelemetry/api.
export { type InstrumentOptions, instrument } from "./otel/instrument.ts";

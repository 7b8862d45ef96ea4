export * from "../../../packages/process/src/otel.ts";

export * from "../../../packages/process/src/supervisor.ts";

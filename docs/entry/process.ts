export * from "../../packages/process/src/index.ts";

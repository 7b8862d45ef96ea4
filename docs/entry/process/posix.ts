export * from "../../../packages/process/src/posix.ts";

export * from "../../packages/bench/src/index.ts";

export * from "../../packages/cluster/src/index.ts";

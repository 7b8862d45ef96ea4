export { ClusterError } from "./base/cluster-error.ts";
export { cluster } from "./client/cluster.ts";
export type { ClusterOptions } from "./client/cluster-options.ts";
export { type ServeOptions, serve, type WorkerProgram } from "./server/serve.ts";

export { watchCluster } from "./cli/watch-cluster.ts";
export { workerCommand } from "./cli/worker-command.ts";

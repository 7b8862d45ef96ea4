export { workerCommand } from "./cli/worker-command.ts";

export { type CommandStreams, workerCommand } from "./cli/worker-command.ts";

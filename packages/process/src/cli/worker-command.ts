import { defineCommand } from "../command/command.ts";
import { loadClusterPackage, notInstalled } from "./cluster-package.ts";

/** `manyhands worker`: runs the command of `@manyhands/cluster`. */
export const worker = defineCommand({
  name: "worker",
  passesOn: "--connect URL [OPTIONS]",
  summary: "offer this machine's processors to pools of other machines, by @manyhands/cluster",
  group: "Run and examine",
  flags: {},
  run: async ({ operands, ...streams }) => {
    const cluster = await loadClusterPackage();
    if (cluster !== undefined) return cluster.workerCommand(operands, streams);
    streams.stderr.write(`manyhands: cannot run worker: ${notInstalled}\n`);
    return 1;
  },
});

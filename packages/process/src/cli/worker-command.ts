import { defineCommand, type Streams } from "../command/command.ts";

type WorkerCommand = (operands: readonly string[], streams: Streams) => Promise<number>;

const entry = "@manyhands/cluster/command";

/**
 * `manyhands worker`: runs the command of `@manyhands/cluster`, which programs that use no cluster need not install. It
 * is the package of the working directory, or the one installed beside this package.
 */
export const worker = defineCommand({
  name: "worker",
  passesOn: "--connect URL [OPTIONS]",
  summary: "offer this machine's processors to pools of other machines, by @manyhands/cluster",
  group: "Run and examine",
  flags: {},
  run: async ({ operands, ...streams }) => {
    const command = await loadCommand();
    if (command !== undefined) return command(operands, streams);
    streams.stderr.write(
      "manyhands: cannot run worker: @manyhands/cluster is not installed, run npm install @manyhands/cluster\n",
    );
    return 1;
  },
});

async function loadCommand(): Promise<WorkerCommand | undefined> {
  const { createRequire } = process.getBuiltinModule("node:module");
  const { pathToFileURL } = process.getBuiltinModule("node:url");
  for (const from of [`${process.cwd()}/package.json`, import.meta.url]) {
    let path: string;
    try {
      path = createRequire(from).resolve(entry);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
      continue;
    }
    return ((await import(pathToFileURL(path).href)) as { readonly workerCommand: WorkerCommand }).workerCommand;
  }
  return undefined;
}

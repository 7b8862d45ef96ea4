import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { currentProcess, getAllStartMethods, type StartMethodName } from "@manyhands/process";
import { ClusterError } from "../base/cluster-error.ts";
import { keyBytes, withoutPassword } from "../base/cluster-key.ts";
import { type ServeOptions, serve } from "../server/serve.ts";

/** Where a command writes. */
export interface CommandStreams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** The text of `manyhands help worker`. */
const workerHelp = `worker --connect URL
  offers this machine's processors to the pools of a cluster, until SIGTERM or Ctrl-C

  --connect URL        the cluster's Redis or Valkey: redis://HOST:PORT, or rediss:// with TLS.
                       Default: the environment variable MANYHANDS_CONNECT
  --cores COUNT        how many processes run tasks at a time. Default: the number of processors
  --name NAME          the name of the cluster. Default: manyhands
  --auth-key-file FILE the file of the cluster's key. Required unless the URL is a loopback address
  --root FOLDER        stands for the client's folder with its package.json. Default: that of the nearest package.json
  --start-method NAME  how tasks are isolated: spawn, forkserver, fork or thread. Default: spawn
  --allow-code         lets clients send functions as text, and import any module
  --lease-ms COUNT     how long clients wait for a sign of this program. Default: 15000
`;

const flags = {
  connect: { type: "string" },
  cores: { type: "string" },
  name: { type: "string" },
  "auth-key-file": { type: "string" },
  root: { type: "string" },
  "start-method": { type: "string" },
  "allow-code": { type: "boolean" },
  "lease-ms": { type: "string" },
} as const;

/**
 * The command `manyhands worker`: serves a cluster until a signal. The first SIGTERM or SIGINT lets the running tasks
 * end, a second one ends them.
 *
 * @returns the exit code: 0; 1 when the cluster cannot be served; 2 when the command line is wrong.
 */
export async function workerCommand(operands: readonly string[], { stdout, stderr }: CommandStreams): Promise<number> {
  if (operands.includes("--help") || operands.includes("-h")) {
    stdout.write(`Usage: manyhands ${workerHelp}`);
    return 0;
  }
  let url: string;
  let options: ServeOptions;
  try {
    [url, options] = readFlags(operands);
  } catch (error) {
    stderr.write(`${(error as Error).message}. manyhands help worker prints the options\n`);
    return 2;
  }
  const notices = new Set<string>();
  const onNotice = (text: string) => {
    if (notices.has(text)) return;
    notices.add(text);
    stderr.write(`${text}\n`);
  };
  try {
    const program = await serve(url, { ...options, onNotice });
    const place = `the cluster "${options.name ?? "manyhands"}" at ${withoutPassword(url)}`;
    stdout.write(`Worker ${program.id} serves ${place}; SIGTERM or Ctrl-C ends it when the running tasks have ended\n`);
    await untilSignal();
    stdout.write(`Worker ${program.id} takes no more tasks; ${program.seats} of its seats are in use\n`);
    await Promise.race([program.drain(), untilSignal()]);
    await program.close();
    return 0;
  } catch (error) {
    if (!(error instanceof ClusterError || error instanceof TypeError || error instanceof RangeError)) throw error;
    stderr.write(`${error.message}\n`);
    return 1;
  }
}

function readFlags(operands: readonly string[]): [url: string, options: ServeOptions] {
  const { values } = parseArgs({ args: [...operands], options: flags });
  const url = values.connect ?? process.env.MANYHANDS_CONNECT;
  if (url === undefined) throw new TypeError("Cannot serve a cluster: write --connect redis://HOST:PORT");
  const { name, root, cores } = values;
  const method = values["start-method"];
  if (method !== undefined && !getAllStartMethods().includes(method as StartMethodName)) {
    throw new TypeError(`Cannot use --start-method ${method}: write one of ${getAllStartMethods().join(", ")}`);
  }
  const keyFile = values["auth-key-file"];
  const authKey = keyFile === undefined ? undefined : readFileSync(keyFile, "utf8").trim();
  // Managers of tasks on this machine and of clients trust each other by the same key.
  if (authKey !== undefined) currentProcess().authKey = keyBytes(authKey);
  const options = {
    ...(name !== undefined && { name }),
    ...(root !== undefined && { root }),
    ...(cores !== undefined && { cores: Number(cores) }),
    ...(authKey !== undefined && { authKey }),
    ...(method !== undefined && { startMethod: method as StartMethodName }),
    ...(values["lease-ms"] !== undefined && { leaseMs: Number(values["lease-ms"]) }),
    allowCode: values["allow-code"] === true,
  };
  return [url, options];
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      process.off("SIGTERM", done).off("SIGINT", done);
      resolve();
    };
    process.on("SIGTERM", done).on("SIGINT", done);
  });
}

import { currentProcess, getAllStartMethods } from "@manyhands/process";
import {
  type CommandContext,
  choice,
  count,
  defineCommand,
  printable,
  readFileFlag,
  readTlsFlags,
  runProgram,
  type Streams,
  text,
  tlsFlags,
  toggle,
} from "@manyhands/process/command-line";
import { ClusterError } from "../base/cluster-error.ts";
import { keyBytes, withoutPassword } from "../base/cluster-key.ts";
import { packageVersion } from "../base/package-version.ts";
import { type ServeOptions, serve } from "../server/serve.ts";

const flags = {
  connect: text("URL", undefined, {
    help: "the cluster's Redis or Valkey: redis://HOST:PORT, or rediss:// with TLS",
    initially: " (the environment variable MANYHANDS_CONNECT)",
  }),
  cores: count("COUNT", undefined, 1, {
    help: "how many processes run tasks at a time",
    initially: " (the number of processors)",
  }),
  name: text("NAME", "manyhands", { help: "the name of the cluster" }),
  "auth-key-file": text("FILE", undefined, {
    help: "the file of the cluster's key; required unless the URL is a loopback address",
  }),
  root: text("FOLDER", undefined, {
    help: "stands for the client's folder with its package.json",
    initially: " (the folder of the nearest package.json)",
  }),
  "start-method": choice(getAllStartMethods(), "spawn", { help: "how tasks are isolated from each other" }),
  "allow-code": toggle({ help: "let clients send functions as text, and import any module" }),
  ...tlsFlags,
  "lease-ms": count("COUNT", 15_000, 1000, { help: "milliseconds that clients wait for a sign of this program" }),
};

type WorkerContext = CommandContext<typeof flags>;

const worker = defineCommand({
  name: "worker",
  summary: "offer this machine's processors to the pools of a cluster, until SIGTERM or Ctrl-C",
  group: "Run and examine",
  flags,
  run: serveUntilSignal,
});

/**
 * The command `manyhands worker`: serves a cluster until a signal. The first SIGTERM or SIGINT lets the running tasks
 * end, a second one ends them.
 *
 * @param words the words after `manyhands worker`.
 * @returns the exit code: 0; 1 when the cluster cannot be served; 2 when the command line is wrong.
 */
export function workerCommand(words: readonly string[], streams: Streams): Promise<number> {
  const program = { name: "manyhands", summary: worker.summary, version: packageVersion(), commands: [worker] };
  return runProgram(program, ["worker", ...words], streams);
}

async function serveUntilSignal(context: WorkerContext): Promise<number> {
  const { stdout, stderr } = context;
  const notices = new Set<string>();
  const onNotice = (notice: string) => {
    if (notices.has(notice)) return;
    notices.add(notice);
    // A program without the key may have written parts of it.
    stderr.write(`${printable(notice)}\n`);
  };
  try {
    const [url, options] = readFlags(context);
    const program = await serve(url, { ...options, onNotice });
    const place = `the cluster "${options.name}" at ${withoutPassword(url)}`;
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

function readFlags(context: WorkerContext): [url: string, options: ServeOptions] {
  const { values, refuse } = context;
  const { cores, name, root } = values;
  const url = values.connect ?? process.env.MANYHANDS_CONNECT;
  if (url === undefined) return refuse("no Redis is given: write --connect redis://HOST:PORT");
  const authKey = readFileFlag(context, "auth-key-file")?.trim();
  const tls = readTlsFlags(context);
  // Managers of tasks on this machine and of clients trust each other by the same key.
  if (authKey !== undefined) currentProcess().authKey = keyBytes(authKey);
  return [
    url,
    {
      name,
      startMethod: values["start-method"],
      allowCode: values["allow-code"],
      leaseMs: values["lease-ms"],
      ...(cores !== undefined && { cores }),
      ...(root !== undefined && { root }),
      ...(authKey !== undefined && { authKey }),
      ...(tls !== undefined && { tls }),
    },
  ];
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

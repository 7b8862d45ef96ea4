import { setTimeout as sleep } from "node:timers/promises";
import type { Streams } from "../command/command.ts";
import { type TlsFiles, tlsFlags } from "../command/file-flags.ts";
import { text } from "../command/flag.ts";
import { loadClusterPackage, notInstalled, type WatchedCluster } from "./cluster-package.ts";
import { screenOf } from "./screen.ts";

/** The flags of `manyhands top` that show a cluster in place of a program. */
export const clusterFlags = {
  connect: text("URL", undefined, {
    help: "show the cluster at this Redis or Valkey, by @manyhands/cluster",
    initially: " (the environment variable MANYHANDS_CONNECT, with --auth-key-file)",
  }),
  name: text("NAME", "manyhands", { help: "the name of that cluster" }),
  "auth-key-file": text("FILE", undefined, {
    help: "the file of that cluster's key; required unless the URL is a loopback address",
  }),
  ...tlsFlags,
};

/** What was given. */
export interface TopClusterOptions {
  readonly url: string;
  readonly name: string;
  readonly authKey: string | undefined;
  readonly tls: TlsFiles | undefined;
  readonly isJson: boolean;
  readonly intervalMs: number;
  readonly count: number;
}

/** Shows a cluster at an interval. @returns the exit code: 1 when it cannot be shown. */
export async function topCluster(options: TopClusterOptions, { stdout, stderr }: Streams): Promise<number> {
  let watched: WatchedCluster | undefined;
  try {
    watched = await open(options);
    for (let i = 0; i < options.count; i++) {
      if (i > 0) await sleep(options.intervalMs);
      const { lines, ...use } = await watched.read();
      stdout.write(options.isJson ? `${JSON.stringify(use)}\n` : screenOf(lines, stdout));
    }
    return 0;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    stderr.write(`manyhands top: ${error.message}\n`);
    return 1;
  } finally {
    watched?.close();
  }
}

async function open({ url, name, authKey, tls }: TopClusterOptions): Promise<WatchedCluster> {
  const cluster = await loadClusterPackage();
  if (cluster === undefined) throw new TypeError(`cannot show a cluster: ${notInstalled}`);
  return cluster.watchCluster(url, name, authKey, tls);
}

/** Whether an error says what the user should do: about the arguments, or the Redis. */
function isRefusal(error: unknown): error is Error {
  return error instanceof TypeError || (error as NodeJS.ErrnoException).code === "ERR_MANYHANDS_CLUSTER";
}

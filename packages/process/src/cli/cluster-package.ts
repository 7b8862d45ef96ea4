import type { Streams } from "../command/command.ts";
import type { TlsFiles } from "../command/file-flags.ts";

/** What `@manyhands/cluster/command` exports. Programs that use no cluster need not install it. */
export interface ClusterPackage {
  /** `manyhands worker`. @returns its exit code. */
  workerCommand(operands: readonly string[], streams: Streams): Promise<number>;
  /** For `manyhands top --connect`. @throws {TypeError}, or an error with the code of a `ClusterError`. */
  watchCluster(
    url: string,
    name: string,
    authKey: string | undefined,
    tls: TlsFiles | undefined,
  ): Promise<WatchedCluster>;
}

export interface WatchedCluster {
  read(): Promise<{ readonly lines: readonly string[] }>;
  close(): void;
}

export const notInstalled = "@manyhands/cluster is not installed, run npm install @manyhands/cluster";

/** The package of the working directory, or the one installed beside this package; `undefined` for none. */
export async function loadClusterPackage(): Promise<ClusterPackage | undefined> {
  const { createRequire } = process.getBuiltinModule("node:module");
  const { pathToFileURL } = process.getBuiltinModule("node:url");
  for (const from of [`${process.cwd()}/package.json`, import.meta.url]) {
    let path: string;
    try {
      path = createRequire(from).resolve("@manyhands/cluster/command");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
      continue;
    }
    return (await import(pathToFileURL(path).href)) as ClusterPackage;
  }
  return undefined;
}

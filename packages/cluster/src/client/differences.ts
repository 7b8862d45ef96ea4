import { packageVersion } from "../base/package-version.ts";
import type { FileHash } from "../code/program-file.ts";
import type { Here } from "../wire/seat-message.ts";

/**
 * How a worker program differs from this one, in one line; `undefined` when it does not.
 *
 * @param lock this program's lock file. Lock files of different tools are not compared.
 */
export function differencesOf({ host, root, node, manyhands, lock: theirs }: Here, lock: FileHash | null) {
  const found: string[] = [];
  const here = process.versions.node;
  if (manyhands !== packageVersion()) {
    found.push(`@manyhands/cluster is ${manyhands} there and ${packageVersion()} here`);
  }
  if (majorOf(node) !== majorOf(here)) found.push(`Node is ${node} there and ${here} here`);
  if (theirs !== null && lock !== null && theirs[0] === lock[0] && theirs[1] !== lock[1]) {
    found.push(`${lock[0]} of ${root} has another content than here`);
  }
  if (found.length === 0) return undefined;
  return `A worker program on ${host} differs from this program: ${found.join(", ")}; install the same on both`;
}

function majorOf(version: string): string | undefined {
  return version.split(".")[0];
}

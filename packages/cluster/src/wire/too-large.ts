import { CloneError } from "@manyhands/process";

/**
 * The error for a value that the server would refuse.
 *
 * @param path what the value is: `result`.
 */
export function tooLarge(path: string, bytes: number, mostBytes: number): CloneError {
  return new CloneError(
    path,
    `Cannot send ${path} of ${megabytes(bytes)} MB over the cluster: its Redis takes ${megabytes(mostBytes)} MB at most; ` +
      "send it in parts, or send the name of a file that the machines share, or raise proto-max-bulk-len of the Redis",
  );
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}

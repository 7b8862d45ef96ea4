import { CloneError } from "@manyhands/process";
import { deserialize, type MessageToPool, packErrorOfAnyClass } from "@manyhands/process/engine";

/**
 * Reads the bytes of a message. Versions of Node differ in the values that they can read: a Float16Array, for example,
 * needs Node 24.
 *
 * @param from the version of Node that wrote them.
 * @throws {CloneError} when this version of Node cannot read them.
 */
export function readFrom(bytes: Uint8Array, path: string, from: string): unknown {
  try {
    return deserialize(bytes);
  } catch (cause) {
    const here = process.versions.node;
    throw new CloneError(
      path,
      `Cannot read ${path}: Node ${here} cannot read what Node ${from} has written; run the same version of Node on both machines`,
      { cause },
    );
  }
}

/** The answer to a task that could not be run, or whose answer could not be read. */
export function failedAnswer(task: number, error: unknown): MessageToPool {
  return [task, 0, [], [[null, packErrorOfAnyClass(error, "machine")]]];
}

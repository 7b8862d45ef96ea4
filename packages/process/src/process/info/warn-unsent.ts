import { identity } from "./process-identity.ts";

/**
 * Prints that this process cannot exit, since no reader takes the values that it has put on queues.
 *
 * @param unsent what is left, as `flushAllSync` gives it.
 */
export function warnUnsent(unsent: string): void {
  process.stderr.write(
    `Process ${identity().name}: cannot exit before its values have space in shared memory, and no value was read for ` +
      `5 s: ${unsent}; read the queue, or call close({ flush: false }) on it to drop them\n`,
  );
}

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { BrokenPipeError, EndOfFileError, TimeoutError } from "../base/errors.ts";
import { Client } from "../connection/client.ts";
import type { SocketConnection } from "../connection/socket-connection.ts";
import { hasEnded, type SystemThread } from "../memory/system-thread.ts";
import { removeOwn } from "../posix/calls/own-file.ts";
import { pidNamespace } from "../posix/calls/pid-namespace.ts";
import type { ProcessInfo } from "../process/info/control-block.ts";
import { readWatchSocketName, watchFolder, watchSocketName } from "../process/watch/watch-folder.ts";

/** How long to wait for an answer of a program. */
const answerTimeoutMs = 3000;

/** A row about a process or thread, as it was received: dates are strings. */
export type ProcessRow = Omit<ProcessInfo, "startedAt"> & { readonly startedAt: string };

/** The pids of the programs that can be watched, and of killed ones whose sockets are left. */
export function watchedPids(): number[] {
  return programs().map(({ id }) => id);
}

// A pid of another PID namespace means no process here.
function programs(): SystemThread[] {
  const folder = watchFolder();
  if (folder === undefined) return [];
  return readdirSync(folder)
    .map(readWatchSocketName)
    .filter((program) => program !== undefined)
    .filter(({ namespace }) => namespace === pidNamespace());
}

/** Why a program, or any program, cannot be watched, and what to do about it. */
export function notWatched(pid: number | undefined): string {
  if (pid === undefined) return "no program can be watched; call allowWatching() in the program";
  if (isRunning(pid)) return `program ${pid} cannot be watched; call allowWatching() in it`;
  return `program ${pid} cannot be watched, since there is no process with that id; run manyhands ps, which lists those that can be`;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be sent a signal.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A program that this command is connected to. */
export class WatchedProgram {
  readonly #pid: number;
  readonly #connection: SocketConnection;

  constructor(pid: number, connection: SocketConnection) {
    this.#pid = pid;
    this.#connection = connection;
  }

  /**
   * The rows of the program and of its threads and processes; none when it has ended.
   *
   * @param watchMs for so long from now on, in milliseconds, they add up where their time goes. Default: not.
   * @throws {TimeoutError} when it does not answer.
   */
  async rows(watchMs?: number): Promise<ProcessRow[]> {
    try {
      await this.#connection.send(watchMs === undefined ? "ps" : { watchMs });
      return (await this.#connection.recv({ timeoutMs: answerTimeoutMs })) as ProcessRow[];
    } catch (error) {
      if (error instanceof EndOfFileError || error instanceof BrokenPipeError) return [];
      if (!(error instanceof TimeoutError)) throw error;
      throw new TimeoutError(
        `program ${this.#pid} has not answered for ${answerTimeoutMs / 1000} s: its main thread is busy, or it is stopped; try again later`,
      );
    }
  }

  close(): void {
    this.#connection.close();
  }
}

/**
 * Connects to a program.
 *
 * @returns `undefined` when the program has ended; its socket is removed then.
 */
export async function watch(pid: number): Promise<WatchedProgram | undefined> {
  const found = programs().filter(({ id }) => id === pid);
  for (const program of found) {
    const path = join(watchFolder() as string, watchSocketName(program));
    try {
      return new WatchedProgram(pid, await Client(path, { serializer: "json", timeoutMs: answerTimeoutMs }));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ECONNREFUSED" && hasEnded(program)) removeOwn(path, "socket");
      if (code !== "ECONNREFUSED" && code !== "ENOENT") throw error;
    }
  }
  return undefined;
}

import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BrokenPipeError, EndOfFileError, TimeoutError } from "../base/errors.ts";
import { Client } from "../connection/client.ts";
import type { SocketConnection } from "../connection/socket-connection.ts";
import type { ProcessInfo } from "../process/info/control-block.ts";
import { watchFolder } from "../process/watch/watch-folder.ts";

/** How long to wait for an answer of a program. */
const answerTimeoutMs = 3000;

/** A row about a process or thread, as it was received: dates are strings. */
export type ProcessRow = Omit<ProcessInfo, "startedAt"> & { readonly startedAt: string };

/** The pids of the programs that can be watched, and of killed ones whose sockets are left. */
export function watchedPids(): number[] {
  const folder = watchFolder();
  if (folder === undefined) return [];
  const names = readdirSync(folder).map((name) => /^(\d+)\.sock$/.exec(name)?.[1]);
  return names.filter((pid) => pid !== undefined).map(Number);
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
   * @throws {TimeoutError} when it does not answer.
   */
  async rows(): Promise<ProcessRow[]> {
    try {
      await this.#connection.send("ps");
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
  const path = join(watchFolder() ?? "", `${pid}.sock`);
  try {
    return new WatchedProgram(pid, await Client(path, { serializer: "json", timeoutMs: answerTimeoutMs }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ECONNREFUSED") rmSync(path, { force: true });
    if (code === "ECONNREFUSED" || code === "ENOENT") return undefined;
    throw error;
  }
}

import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BrokenPipeError, EndOfFileError, TimeoutError } from "../base/errors.ts";
import { Client } from "../connection/client.ts";
import type { SocketConnection } from "../connection/socket-connection.ts";
import type { ProcessInfo } from "../process/info/control-block.ts";
import { watchFolder } from "../process/watch/watch-folder.ts";

/** How long a program may take to tell of itself. */
const patienceMs = 3000;

/** A row about one process, as it came: dates are texts. */
export type Row = Omit<ProcessInfo, "startedAt"> & { readonly startedAt: string };

/** The pids of the programs that may be watched; those of programs that were killed are among them. */
export function watchedPids(): number[] {
  const folder = watchFolder();
  if (folder === undefined) return [];
  const names = readdirSync(folder).map((name) => /^(\d+)\.sock$/.exec(name)?.[1]);
  return names.filter((pid) => pid !== undefined).map(Number);
}

/** A program that is being watched. */
export class Watched {
  readonly #pid: number;
  readonly #connection: SocketConnection;

  constructor(pid: number, connection: SocketConnection) {
    this.#pid = pid;
    this.#connection = connection;
  }

  /**
   * The program and everything below it; nothing when it has ended.
   *
   * @throws {TimeoutError} when it does not answer.
   */
  async rows(): Promise<Row[]> {
    try {
      await this.#connection.send("ps");
      return (await this.#connection.recv({ timeoutMs: patienceMs })) as Row[];
    } catch (error) {
      if (error instanceof EndOfFileError || error instanceof BrokenPipeError) return [];
      if (!(error instanceof TimeoutError)) throw error;
      throw new TimeoutError(
        `program ${this.#pid} has not answered for ${patienceMs / 1000} s: its main thread is busy, or it is stopped`,
      );
    }
  }

  close(): void {
    this.#connection.close();
  }
}

/**
 * Begins to watch a program.
 *
 * @returns `undefined` when it is there no more; its socket is removed then.
 */
export async function watch(pid: number): Promise<Watched | undefined> {
  const path = join(watchFolder() ?? "", `${pid}.sock`);
  try {
    return new Watched(pid, await Client(path, { serializer: "json", timeoutMs: patienceMs }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ECONNREFUSED") rmSync(path, { force: true });
    if (code === "ECONNREFUSED" || code === "ENOENT") return undefined;
    throw error;
  }
}

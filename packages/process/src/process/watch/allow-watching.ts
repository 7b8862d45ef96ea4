import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { Listener } from "../../connection/listener.ts";
import type { SocketConnection } from "../../connection/socket-connection.ts";
import { thisProcess } from "../../memory/system-thread.ts";
import { isOwn } from "../../posix/calls/own-file.ts";
import { listProcesses } from "./list-processes.ts";
import { watchFolder, watchSocketName } from "./watch-folder.ts";

/** The longest time that a request may watch, in milliseconds. */
const longestWatchMs = 3_600_000;

/**
 * Lets `manyhands ps` and `manyhands top` show this program and its children, in any terminal of the same user. It ends
 * with the program, or when the result is disposed of. It keeps nothing alive, and costs nothing while it is not used.
 *
 * @throws {Error} when the folder of the sockets belongs to another user, or the folder for temporary files is missing
 *   or cannot be written to; Node's error when it cannot listen.
 *
 * @example
 * await allowWatching();
 */
export async function allowWatching(): Promise<Disposable> {
  const path = join(watchFolder({ make: true }) as string, watchSocketName(thisProcess()));
  // The name is this process's own: a socket there is of an earlier call.
  const remove = () => {
    if (isOwn(path, "socket")) unlinkSync(path);
  };
  remove();
  const listener = await new Listener({ address: path, serializer: "json", maxMessageBytes: 1000 }).ready;
  // process.exit() does not remove the socket's file.
  process.on("exit", remove);
  void answerAll(listener);
  return {
    [Symbol.dispose]() {
      process.off("exit", remove);
      listener.close();
    },
  };
}

async function answerAll(listener: Listener): Promise<void> {
  listener.keepAlive(false);
  for await (const connection of listener) void answer(connection);
}

async function answer(connection: SocketConnection): Promise<void> {
  connection.keepAlive(false);
  try {
    for (;;) {
      const request = await connection.recv();
      await connection.send(await listProcesses(watchMsOf(request)));
    }
  } catch {
    connection.close();
  }
}

/** For how long a request wants to watch where the time goes, in milliseconds; `undefined` for not at all. */
function watchMsOf(request: unknown): number | undefined {
  const ms = (request as { readonly watchMs?: unknown } | null)?.watchMs;
  return typeof ms === "number" && ms > 0 && ms <= longestWatchMs ? ms : undefined;
}

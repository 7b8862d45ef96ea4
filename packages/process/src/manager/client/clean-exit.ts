import { onForkInChild } from "../../posix/fork/fork-hooks.ts";
import type { CallSession } from "../session/call-session.ts";

const sessions = new Set<CallSession>();

// A process that exits cleanly keeps its locks acquired, as in Python. The manager releases the locks of a crashed
// process.
function sendGoodbyes(code: number): void {
  if (code === 0) for (const session of sessions) session.notify("cleanExit", []);
}

/** Notifies the manager of a session when this process exits cleanly. */
export function sendGoodbyeAtExit(session: CallSession): void {
  if (sessions.size === 0) process.on("exit", sendGoodbyes);
  sessions.add(session);
  void session.closed.then(() => {
    if (sessions.delete(session) && sessions.size === 0) process.off("exit", sendGoodbyes);
  });
}

// A fork inherits this list, but its exit is not that of its parent.
onForkInChild(() => {
  sessions.clear();
  process.off("exit", sendGoodbyes);
});

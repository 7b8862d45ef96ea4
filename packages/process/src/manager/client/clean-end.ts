import { afterFork } from "../../posix/fork/fork-hooks.ts";
import type { Session } from "../session/call-session.ts";

const sessions = new Set<Session>();

// Who ends in peace keeps what it locked, as in Python; what the dead held is handed on.
function sayBye(code: number): void {
  if (code === 0) for (const session of sessions) session.tell("bye", []);
}

/** Has this process tell the manager behind a session when it ends in peace. */
export function sayByeAtExit(session: Session): void {
  if (sessions.size === 0) process.on("exit", sayBye);
  sessions.add(session);
  void session.closed.then(() => {
    if (sessions.delete(session) && sessions.size === 0) process.off("exit", sayBye);
  });
}

// A fork is not the end of what its parent is about.
afterFork(() => {
  sessions.clear();
  process.off("exit", sayBye);
});

import { type ChildExit, WorkerDiedError } from "../../base/errors.ts";
import { describeThrown, messageOf } from "../../base/thrown.ts";
import type { Exit } from "../start-method.ts";
import { signalOf } from "./exit-code.ts";

/** What the error for a crash names of the child. */
export interface CrashedChild {
  readonly name: string;
  /** 0 when it could not be started. */
  readonly pid: number;
  /** 0 for a process of its own. */
  readonly threadId: number;
  /** The name of its machine; `null` for this machine. */
  readonly host: string | null;
  /** The last lines that it wrote to its stderr. */
  readonly stderrTail: string;
}

/**
 * The error for a child that ended without an answer. It names exit code, signal, process and the tail of stderr.
 *
 * @param when what the child was doing: "ended while it ran apply(resize)".
 */
export function crashError(child: CrashedChild, { code, error }: Exit, when: string): WorkerDiedError {
  const { name, pid, threadId, host, stderrTail } = child;
  const signal = signalOf(code);
  const id = threadId === 0 ? (pid === 0 ? "not started" : `pid ${pid}`) : `thread ${threadId} of pid ${pid}`;
  const place = host === null ? id : `${id} on ${host}`;
  const who = `${name} (${place})`;
  const how = signal === null ? `exit code ${code}` : `${signal}, exit code ${code}`;
  const refusal = isRefusedByNode(code, stderrTail) ? ", Node refused its options" : "";
  // Node and libuv abort without a message when they cannot start a thread.
  const mayLackThreads = signal === "SIGABRT" && stderrTail === "" && error === undefined;
  const hint = mayLackThreads
    ? "; Node also aborts like this when it cannot start a thread: then raise the limit on processes (ulimit -u)"
    : "";
  // Node loses the message of a thread's error if it cannot be read.
  const why =
    error === undefined
      ? ""
      : error instanceof Error
        ? messageOf(error) || error.name
        : `it threw ${describeThrown(error)}`;
  const tail = stderrTail === "" ? "" : `; the last lines of its stderr:\n${stderrTail}`;
  const details: ChildExit = { exitCode: code, signal, pid: pid || null, host, processName: name, stderr: stderrTail };
  return new WorkerDiedError(
    `${who} ${when}: ${how}${refusal}${why === "" ? "" : ` (${why})`}${hint}${tail}`,
    details,
    error === undefined ? {} : { cause: error },
  );
}

/** Whether Node did not start a child because of its options, so that another attempt ends in the same way. */
export function isRefusedByNode(exitCode: number, stderrTail: string): boolean {
  return exitCode === 9 && stderrTail.startsWith(`${process.execPath}: `);
}

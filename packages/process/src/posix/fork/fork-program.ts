import { closeSync } from "node:fs";
import { socketPair } from "../calls/descriptors.ts";
import { libc } from "../calls/libc.ts";
import { O_CLOEXEC } from "../calls/linux-constants.ts";
import { systemError } from "../calls/system-error.ts";
import { clearTimersAndImmediates } from "../node-internals/inherited-timers.ts";
import { libuv } from "../node-internals/libuv.ts";
import { suppressHandleEvents } from "../node-internals/suppress-handle-events.ts";
import { blockStdio } from "./blocking-stdio.ts";
import { forkChild } from "./fork-child.ts";
import { isForkReady, processForkRefusal } from "./fork-readiness.ts";
import { countPendingRequests, pendingRequestNames } from "./pending-requests.ts";
import { forgetWorkers } from "./running-workers.ts";

// No write to a pipe is then under way when this program forks.
if (isForkReady()) blockStdio();

/**
 * Forks this program at this point. In the child only the caller of this function continues. The child has no
 * sockets, servers, pipes, timers or threads of the program, as in C it would have none of its threads. It has the
 * program's signal handlers. Exit handlers run in the parent only.
 *
 * @returns 0 in the child, the child's pid in the parent.
 * @throws an error with code `ERR_MANYHANDS_FORK` when this process cannot be forked, or not now: the message says
 *   why.
 */
export function forkProgram(): number {
  return forkProgramWith(() => {});
}

/** As {@link forkProgram}. @param inChild runs in the child before signals reach it. */
export function forkProgramWith(inChild: () => void): number {
  const refusal = processForkRefusal();
  if (refusal !== null) throw forkError(`Cannot fork: ${refusal}`);
  if (countPendingRequests() > 0) {
    const names = pendingRequestNames().join(", ") || "work on the thread pool";
    throw forkError(
      `Cannot fork: ${countPendingRequests()} requests are under way (${names}) and would never end in the child; await them first; ` +
        "a module that Node loads before the program, such as a loader, may have begun them: await setTimeout(100), of node:timers/promises",
    );
  }
  for (const name of ["stdout", "stderr"] as const) refuseUnwrittenOutput(name);
  // Created before the fork, since the child could not report that it has no descriptors left.
  const ends = socketPair();
  let pid = -1;
  try {
    pid = forkInto(inChild, ends[0]);
    return pid;
  } finally {
    if (pid !== 0) for (const end of ends) closeSync(end);
  }
}

function forkInto(inChild: () => void, deadEnd: number): number {
  return forkChild(() => {
    for (const event of ["exit", "beforeExit"]) process.removeAllListeners(event);
    inChild();
    clearTimersAndImmediates();
    suppressHandleEvents();
    detachFromParent(deadEnd);
  });
}

function refuseUnwrittenOutput(name: "stdout" | "stderr"): void {
  const { writableLength } = process[name];
  if (writableLength === 0) return;
  throw forkError(
    `Cannot fork: ${writableLength} bytes for ${name} are buffered and the child would print them again; uncork() it first`,
  );
}

function forkError(message: string): Error {
  return Object.assign(new Error(message), { code: "ERR_MANYHANDS_FORK" });
}

// Node's objects for the parent's streams are in the child too, and need open descriptors: those become copies of a
// socket on which nothing ever arrives. Descriptors without such an object, as those of pipe(), stay as they are.
function detachFromParent(deadEnd: number): void {
  // The current loop iteration may hold events of theirs, and would then read.
  libc().fcntl(deadEnd, F_SETFL, O_NONBLOCK);
  forgetWorkers();
  libuv().unrefAll();
  for (const fd of libuv().streamDescriptors()) {
    if (fd > 2 && libc().dup3(deadEnd, fd, O_CLOEXEC) < 0) throw systemError("dup3");
  }
}

const F_SETFL = 4;
const O_NONBLOCK = 0o4000;

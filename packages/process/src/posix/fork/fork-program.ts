import { socketPair } from "../calls/descriptors.ts";
import { libc } from "../calls/libc.ts";
import { systemError } from "../calls/system-error.ts";
import { dropPending } from "../node-internals/pending-callbacks.ts";
import { silenceHandles } from "../node-internals/silence-handles.ts";
import { blockStdio } from "./blocking-stdio.ts";
import { forkChild } from "./fork-child.ts";
import { isForkReady, unready } from "./fork-readiness.ts";
import { namesInFlight, requestsInFlight } from "./pending-requests.ts";
import { forgetThreads } from "./running-threads.ts";

// What was printed is then not on its way when this program forks.
if (isForkReady()) blockStdio(["stdout", "stderr"]);

/**
 * Forks this program, where it stands. In the child only what called this goes on: sockets, servers, pipes, timers and threads of
 * others are not there, as their threads would not be in C. Handlers of signals are; those of the program's exit run in the parent.
 *
 * @returns 0 in the child, the child's pid in the parent.
 * @throws an error with code `ERR_MANYHANDS_FORK` when this process cannot be forked, or not now: the message says why.
 */
export function forkProgram(): number {
  return forkProgramWith(() => {});
}

/** As {@link forkProgram}. @param inChild what the child does before signals reach it. */
export function forkProgramWith(inChild: () => void): number {
  const refusal = unready();
  if (refusal !== null) throw forkError(`Cannot fork: ${refusal}`);
  if (requestsInFlight() > 0) {
    const names = namesInFlight().join(", ") || "work on the thread pool";
    throw forkError(
      `Cannot fork: ${requestsInFlight()} requests are under way (${names}), and would never end in the child; await them first`,
    );
  }
  for (const name of ["stdout", "stderr"] as const) refuseUnwritten(name);
  return forkChild(() => {
    for (const event of ["exit", "beforeExit"]) process.removeAllListeners(event);
    inChild();
    dropPending();
    silenceHandles();
    cutOff();
  });
}

function refuseUnwritten(name: "stdout" | "stderr"): void {
  const { writableLength } = process[name];
  if (writableLength === 0) return;
  throw forkError(
    `Cannot fork: ${writableLength} bytes for ${name} are held back, and the child would print them again; uncork() it first`,
  );
}

function forkError(message: string): Error {
  return Object.assign(new Error(message), { code: "ERR_MANYHANDS_FORK" });
}

// Node's objects for them are still there, and must find a descriptor that lives: it leads nowhere, and is silent for ever.
// Descriptors that are nobody's, such as those of pipe(), stay as they are.
function cutOff(): void {
  const [deadEnd] = socketPair();
  // The round of the event loop that this happens in may still hold events of theirs, and would read.
  libc().fcntl(deadEnd, F_SETFL, O_NONBLOCK);
  forgetThreads();
  libc().unrefAll();
  for (const fd of libc().streamDescriptors()) {
    if (fd > 2 && libc().dup3(deadEnd, fd, O_CLOEXEC) < 0) throw systemError("dup3");
  }
}

const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;

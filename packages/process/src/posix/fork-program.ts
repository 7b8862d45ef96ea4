import { readdirSync, readlinkSync } from "node:fs";
import { socketPair } from "./descriptors.ts";
import { forkChild } from "./fork-child.ts";
import { unready } from "./fork-ready.ts";
import { namesInFlight, requestsInFlight } from "./in-flight.ts";
import { libc } from "./libc.ts";
import { dropPending } from "./pending.ts";
import { systemError } from "./system-error.ts";

/**
 * Forks this program, where it stands. In the child only what called this goes on: sockets, servers, pipes and timers of
 * others are not there, as their threads would not be in C.
 *
 * @returns 0 in the child, the child's pid in the parent.
 * @throws an error with code `ERR_MANYHANDS_FORK` when this process cannot be forked, or not now: the message says why.
 */
export function forkProgram(): number {
  const refusal = unready();
  if (refusal !== null) throw forkError(`Cannot fork: ${refusal}`);
  if (requestsInFlight() > 0) {
    const names = namesInFlight().join(", ") || "work on the thread pool";
    throw forkError(
      `Cannot fork: ${requestsInFlight()} requests are under way (${names}), and would never end in the child; await them first`,
    );
  }
  const inherited = streams();
  const pid = forkChild();
  if (pid !== 0) return pid;
  cutOff(inherited);
  libc().unrefInherited();
  dropPending();
  return 0;
}

function forkError(message: string): Error {
  return Object.assign(new Error(message), { code: "ERR_MANYHANDS_FORK" });
}

/** The sockets and pipes that are open, besides the standard streams, each with what it is. */
function streams(): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync("/proc/self/fd")) {
    const link = whatIs(Number(name));
    if (Number(name) > 2 && /^(socket|pipe):/.test(link)) found.set(Number(name), link);
  }
  return found;
}

// Node's objects for them are still there, and must find a descriptor that lives: it leads nowhere, and is silent for ever.
function cutOff(inherited: ReadonlyMap<number, string>): void {
  const [deadEnd] = socketPair();
  for (const [fd, link] of inherited) {
    // What libuv made anew for the child's event loop may bear the old number.
    if (whatIs(fd) !== link) continue;
    if (libc().dup3(deadEnd, fd, O_CLOEXEC) < 0) throw systemError("dup3");
  }
}

const O_CLOEXEC = 0o2000000;

function whatIs(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}

import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { libc } from "../calls/libc.ts";

/**
 * A condition variable that threads wait on which a forked child does not have.
 *
 * V8 hands work to a pool of threads, one at least whatever its options say, and signals a condition variable that they
 * sleep on. In a child those sleepers are gone, but are still counted: after a few signals the GNU C library waits for them to
 * wake up, for ever, in the midst of a garbage collection. So the child takes them off the count.
 */
export interface Waited {
  readonly address: bigint;
  readonly waiters: number;
}

/**
 * Shape of the GNU C library's `pthread_cond_t`, versions 2.25 to 2.40 (from 2.41 on nobody waits for sleepers): 48 bytes.
 *
 *    0  wseq       u64     counts the waits
 *    8  g1Start    u64
 *   16  gRefs      u32[2]  waiters in each of two groups, times 2
 *   24  gSize      u32[2]
 *   32  g1OrigSize u32
 *   36  wrefs      u32     all waiters, times 8; the lower bits say which clock is used
 *   40  gSignals   u32[2]  where the waiters of each group sleep
 *
 * Source: T. Riegel's algorithm, nptl/pthread_cond_wait.c.
 */
const condBytes = 48;
const gRefsAt = 16;
const wrefsAt = 36;
const gSignalsAt = 40;

const futex: Record<string, string> = { x64: "202", arm64: "98" };

/** Finds, in the parent, the condition variables that its other threads sleep on. Every fork asks anew. */
export function findWaited(): Waited[] {
  const sleepers = new Map<bigint, number>();
  for (const thread of readdirSync("/proc/self/task")) {
    const base = sleepsOn(thread);
    if (base !== undefined) sleepers.set(base, (sleepers.get(base) ?? 0) + 1);
  }
  const found = [...sleepers].map(([address, waiters]) => ({ address, waiters }));
  return found.filter(isConditionVariable);
}

/** Makes them, in the child, what they are when nobody waits. */
export function forgetWaiters(waited: readonly Waited[]): void {
  for (const { address } of waited) {
    const cond = new DataView(libc().view(address, condBytes));
    const clock = cond.getUint32(wrefsAt, true) & 7;
    for (let at = 0; at < condBytes; at += 8) cond.setBigUint64(at, 0n);
    cond.setUint32(wrefsAt, clock, true);
  }
}

// Room for a number and eight words; one for all, since a fork server collects its garbage seldom.
const told = Buffer.alloc(256);

// The kernel tells the system call that a thread is blocked in, and its arguments: the word that a futex waits on comes first.
function sleepsOn(thread: string): bigint | undefined {
  let call: string;
  try {
    call = callOf(thread);
  } catch {
    return undefined;
  }
  const [number, word = "0"] = call.split(" ");
  if (number !== futex[process.arch]) return undefined;
  // Which of the two words it is, its place within eight bytes tells.
  const address = BigInt(word);
  return address - (address % 8n) - BigInt(gSignalsAt);
}

function callOf(thread: string): string {
  const file = openSync(`/proc/self/task/${thread}/syscall`, "r");
  try {
    return told.toString("latin1", 0, readSync(file, told));
  } finally {
    closeSync(file);
  }
}

// Where a thread sleeps there is memory, and the 40 bytes before are on the same page, or in the same heap.
// Threads sleep on other things too, semaphores and mutexes. Only where all counts agree with what was seen is it one.
function isConditionVariable({ address, waiters }: Waited): boolean {
  const cond = new DataView(libc().view(address, condBytes));
  const inGroups = (cond.getUint32(gRefsAt, true) >>> 1) + (cond.getUint32(gRefsAt + 4, true) >>> 1);
  return cond.getUint32(wrefsAt, true) >>> 3 === waiters && inGroups === waiters && cond.getBigUint64(0, true) > 0n;
}

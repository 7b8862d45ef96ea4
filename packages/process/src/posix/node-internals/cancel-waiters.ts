import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { libc } from "../calls/libc.ts";
import { isShortage } from "../calls/shortage.ts";
import { examinePart, type InternalCheck } from "./internal-check.ts";

/**
 * A condition variable on which threads wait that a forked child does not have.
 *
 * V8 hands work to a pool of threads, at least one whatever its options say, and signals a condition variable on
 * which they sleep. In a child those sleepers are gone but still counted: after a few signals the GNU C library waits
 * for them to wake up, which never ends, during a garbage collection. So the child removes them from the count.
 */
export interface WaitedCondition {
  readonly address: bigint;
  readonly waiters: number;
}

/**
 * Shape of the GNU C library's `pthread_cond_t`, versions 2.25 to 2.40 (2.41 and newer do not wait for sleepers): 48
 * bytes.
 *
 *    0  wseq       u64     counts the waits
 *    8  g1Start    u64
 *   16  gRefs      u32[2]  waiters in each of two groups, times 2
 *   24  gSize      u32[2]
 *   32  g1OrigSize u32
 *   36  wrefs      u32     all waiters, times 8; the lower bits hold the clock
 *   40  gSignals   u32[2]  where the waiters of each group sleep
 *
 * Source: T. Riegel's algorithm, nptl/pthread_cond_wait.c.
 */
const condBytes = 48;
const gRefsAt = 16;
const wrefsAt = 36;
const gSignalsAt = 40;

const futex: Record<string, string> = { x64: "202", arm64: "98" };

/** Finds, in the parent, the condition variables on which its other threads sleep. Each fork looks again. */
export function findWaitedConditions(): WaitedCondition[] {
  const sleepers = new Map<bigint, number>();
  for (const thread of readdirSync("/proc/self/task")) {
    const address = waitedBy(thread);
    if (address !== undefined) sleepers.set(address, (sleepers.get(address) ?? 0) + 1);
  }
  const found = [...sleepers].map(([address, waiters]) => ({ address, waiters }));
  return found.filter(isConditionVariable);
}

/** Resets the condition variables, in the child: they have no waiters. */
export function cancelWaiters(conditions: readonly WaitedCondition[]): void {
  for (const { address } of conditions) {
    const cond = new DataView(libc().view(address, condBytes));
    const clock = cond.getUint32(wrefsAt, true) & 7;
    for (let at = 0; at < condBytes; at += 8) cond.setBigUint64(at, 0n);
    cond.setUint32(wrefsAt, clock, true);
  }
}

// Holds a number and eight words. One buffer for all reads, since a fork server rarely collects garbage.
const syscallText = Buffer.alloc(256);

// The kernel shows the system call in which a thread is blocked, and its arguments. A futex's first one is the
// address of the word on which the thread waits.
function waitedBy(thread: string): bigint | undefined {
  let call: string;
  try {
    call = readSyscall(thread);
  } catch (error) {
    // A sleeper that is not counted would later block the child.
    if (isShortage(error)) throw error;
    return undefined;
  }
  const [number, word = "0"] = call.split(" ");
  if (number !== futex[process.arch]) return undefined;
  // Either word in gSignals: the first is at a multiple of eight bytes.
  const address = BigInt(word);
  return address - (address % 8n) - BigInt(gSignalsAt);
}

function readSyscall(thread: string): string {
  const file = openSync(`/proc/self/task/${thread}/syscall`, "r");
  try {
    return syscallText.toString("latin1", 0, readSync(file, syscallText));
  } finally {
    closeSync(file);
  }
}

// The word on which a thread sleeps is in memory, and the 40 bytes before it are on the same page or in the same
// heap. Threads sleep on semaphores and mutexes too. It is a condition variable only when all its counts agree with
// what was seen.
function isConditionVariable({ address, waiters }: WaitedCondition): boolean {
  const cond = new DataView(libc().view(address, condBytes));
  const inGroups = (cond.getUint32(gRefsAt, true) >>> 1) + (cond.getUint32(gRefsAt + 4, true) >>> 1);
  return cond.getUint32(wrefsAt, true) >>> 3 === waiters && inGroups === waiters && cond.getBigUint64(0, true) > 0n;
}

const firstUnaffected = 41;
const longestLookMs = 1000;

/** Whether the condition variable is recognised on which V8's threads sleep. */
export function check(): InternalCheck {
  return examinePart("condition variables", () => {
    const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
    const version = header.glibcVersionRuntime;
    if (version === undefined) return "not needed: this C library is not GNU's";
    if (Number(version.split(".")[1]) >= firstUnaffected)
      return `not needed: glibc ${version} does not wait for sleepers`;
    // A thread may still be on its way to sleep.
    const deadline = performance.now() + longestLookMs;
    while (findWaitedConditions().length === 0) {
      if (performance.now() > deadline)
        throw new Error(`expected one on which a thread of V8 sleeps, glibc ${version}`);
    }
    return `glibc ${version}: found the one on which V8's threads sleep`;
  });
}

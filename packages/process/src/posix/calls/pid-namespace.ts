import { readFileSync, readlinkSync } from "node:fs";
import { isShortage } from "./shortage.ts";

let namespace: number | undefined;
let hasOwn: boolean | undefined;

/**
 * Identifies the PID namespace of this process among those of all containers that may share files with it. A pid means
 * a process only together with this number. It is exact among the namespaces of one running machine. It contains a hash
 * of the machine's boot id, so it differs from the numbers of other machines and of earlier boots.
 *
 * @returns 32 bits; 0 when the system does not say, as without `/proc`; 1 on systems without such namespaces.
 */
export function pidNamespace(): number {
  if (process.platform !== "linux") return 1;
  try {
    namespace ??= readNamespace();
  } catch (error) {
    // A shortage may be over at the next call.
    if (!isShortage(error)) namespace = 0;
  }
  return namespace ?? 0;
}

/**
 * Whether `/proc` shows the processes of this process's PID namespace. It may be missing, or be mounted for another
 * namespace, as after `unshare --pid` without `--mount-proc`. There a pid is another process's.
 */
export function hasOwnProc(): boolean {
  try {
    hasOwn ??= process.platform === "linux" && showsThisProcess();
  } catch (error) {
    if (!isShortage(error)) hasOwn = false;
  }
  return hasOwn ?? false;
}

function readNamespace(): number {
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  const pids = readlinkSync("/proc/self/ns/pid");
  // A process of another time namespace sees other start times of the same processes.
  const hash = hashOf(boot + timeNamespace());
  return (hash ^ Number(/\d+/.exec(pids)?.[0])) >>> 0;
}

function timeNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/time");
  } catch (error) {
    // Linux before 5.6 has none.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

function showsThisProcess(): boolean {
  const pids = /^NSpid:(.*)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1];
  // One pid for each namespace, from that of `/proc` down to that of the process. Linux before 4.1 has no such line.
  if (pids !== undefined) return pids.trim() === String(process.pid);
  return readlinkSync("/proc/self") === String(process.pid);
}

// FNV-1a, 32 bits.
function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash;
}

import { readTextFile } from "../../base/read-text-file.ts";
import type { Ballast, ParentMemory } from "../../base/spawn-result.ts";

/** The memory of one process, in bytes. */
export interface ProcessMemory {
  readonly rss: number;
  /** Each page divided by the number of processes that share it. */
  readonly pss: number;
  /** Pages that no other process shares. */
  readonly uss: number;
}

/** Reads the memory of a process. `undefined` on systems other than Linux, and when the process has exited. */
export function processMemory(pid: number | "self"): ProcessMemory | undefined {
  const text = readTextFile(`/proc/${pid}/smaps_rollup`);
  if (text === undefined) return undefined;
  const bytes = (key: string) => kiloBytes(text, key) * 1024;
  return {
    rss: bytes("Rss"),
    pss: bytes("Pss"),
    uss: bytes("Private_Clean") + bytes("Private_Dirty") + bytes("Private_Hugetlb"),
  };
}

/** The memory that determines the cost of a fork of this process; `undefined` on systems other than Linux. */
export function parentMemory(ballast: Ballast): ParentMemory | undefined {
  const status = readTextFile("/proc/self/status");
  const maps = readTextFile("/proc/self/smaps");
  if (status === undefined || maps === undefined) return undefined;
  let forked = 0;
  // Each mapping ends with its flags. A fork does not copy a mapping with "dc", which V8 sets for its heap.
  for (const mapping of maps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    if (!/^VmFlags:.*\bdc\b/m.test(mapping)) forked += kiloBytes(mapping, "Anonymous") * 1024;
  }
  return {
    ballast,
    rssBytes: kiloBytes(status, "VmRSS") * 1024,
    pageTableBytes: kiloBytes(status, "VmPTE") * 1024,
    forkedBytes: forked,
  };
}

function kiloBytes(text: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
}

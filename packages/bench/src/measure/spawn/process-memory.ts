import { readFileSync } from "node:fs";
import type { Ballast, ParentMemory } from "../../base/spawn-result.ts";

/** One process's memory, in bytes. */
export interface ProcessMemory {
  readonly rss: number;
  /** Every page divided by how many processes share it. */
  readonly pss: number;
  /** Pages that nobody shares. */
  readonly uss: number;
}

/** Reads a process's memory; `undefined` where the system does not tell (anything but Linux), or when it is gone. */
export function processMemory(pid: number | "self"): ProcessMemory | undefined {
  const text = read(`/proc/${pid}/smaps_rollup`);
  if (text === undefined) return undefined;
  const bytes = (key: string) => kiloBytes(text, key) * 1024;
  return {
    rss: bytes("Rss"),
    pss: bytes("Pss"),
    uss: bytes("Private_Clean") + bytes("Private_Dirty") + bytes("Private_Hugetlb"),
  };
}

/** What a fork of this process would have to deal with; `undefined` where the system does not tell. */
export function parentMemory(ballast: Ballast): ParentMemory | undefined {
  const status = read("/proc/self/status");
  const maps = read("/proc/self/smaps");
  if (status === undefined || maps === undefined) return undefined;
  let forked = 0;
  // Every mapping ends with its flags; "dc" is one that a fork leaves out, as V8 has it for its heap.
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

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

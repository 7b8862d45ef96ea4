import { readFileSync } from "node:fs";

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
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  } catch {
    return undefined;
  }
  const bytes = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
  return { rss: bytes("Rss"), pss: bytes("Pss"), uss: bytes("Private_Clean") + bytes("Private_Dirty") };
}

import type { MemoryReach } from "../base/shareable.ts";
import { processAllocator } from "./mapped-segment.ts";
import type { SegmentAllocator } from "./segment.ts";
import { threadAllocator } from "./thread-segment.ts";

let reachOfDefault: () => MemoryReach = () => "thread";

/** Registers how far objects must reach whose class names no start method: as far as the default start method. */
export function registerDefaultReach(reach: () => MemoryReach): void {
  reachOfDefault = reach;
}

/** Makes the memory of objects whose class names no start method. */
export function defaultAllocator(): SegmentAllocator {
  return reachOfDefault() === "process" ? processAllocator : threadAllocator;
}

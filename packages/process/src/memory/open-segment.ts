import { openMappedSegment } from "./mapped-segment.ts";
import type { Segment, SegmentHandle } from "./segment.ts";
import { openThreadSegment } from "./thread-segment.ts";

/**
 * Opens the segment that a handle stands for.
 *
 * @throws {FileNotFoundError} when it is a file that is gone.
 */
export function openSegment(handle: SegmentHandle): Segment {
  return handle.body === "thread" ? openThreadSegment(handle) : openMappedSegment(handle);
}

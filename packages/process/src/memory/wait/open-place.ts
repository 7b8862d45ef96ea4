import { Gate } from "../gate.ts";
import { attachMappedSegment } from "../mapped-segment.ts";
import type { BlockedPlace } from "./known-gates.ts";

/** Wakes the threads that are blocked at a gate which this thread may not know. */
export function openPlace({ memory, word }: BlockedPlace): void {
  if (typeof memory !== "string") {
    const words = new Int32Array(memory);
    // Counts a wake-up, for a thread that is about to fall asleep.
    Atomics.add(words, word, 2);
    Atomics.notify(words, word);
    return;
  }
  try {
    const segment = attachMappedSegment(memory);
    new Gate(segment, word).openAll();
    segment.close();
  } catch {
    // No thread uses the memory any more, or no descriptor is free: a blocked thread looks by itself later.
  }
}

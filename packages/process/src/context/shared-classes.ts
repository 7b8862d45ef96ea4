import type { MemoryReach } from "../base/shareable.ts";
import type { Connection } from "../connection/connection.ts";
import { type PipeOptions, pipeIn } from "../connection/pipe.ts";
import { processAllocator } from "../memory/mapped-segment.ts";
import type { SegmentAllocator } from "../memory/segment.ts";
import { withAllocator } from "../memory/shared-object.ts";
import { threadAllocator } from "../memory/thread-segment.ts";
import { JoinableQueue } from "../queue/joinable-queue.ts";
import { Queue } from "../queue/queue.ts";
import { SimpleQueue } from "../queue/simple-queue.ts";
import { Barrier } from "../sync/barrier.ts";
import { Condition } from "../sync/condition.ts";
import { Lock } from "../sync/lock.ts";
import { RLock } from "../sync/rlock.ts";
import { BoundedSemaphore, Semaphore } from "../sync/semaphore.ts";
import { SharedArray } from "../sync/shared-array.ts";
import { SharedEvent } from "../sync/shared-event.ts";
import { SharedValue } from "../sync/shared-value.ts";

const classes = {
  Barrier,
  BoundedSemaphore,
  Condition,
  JoinableQueue,
  Lock,
  Queue,
  RLock,
  Semaphore,
  SharedArray,
  SharedEvent,
  SharedValue,
  SimpleQueue,
};

/** The classes and functions that make objects in shared memory. */
export type SharedClasses = Readonly<typeof classes> & {
  /** As `Pipe()` of the package, in memory that the context's children see. */
  Pipe(options?: PipeOptions): [Connection, Connection];
};

const allocators: Record<MemoryReach, SegmentAllocator> = { thread: threadAllocator, process: processAllocator };

/** The shared classes, with their objects in memory of that reach. */
export function sharedClasses(reach: MemoryReach): SharedClasses {
  const allocator = allocators[reach];
  const bound = Object.entries(classes).map(([name, each]) => [name, withAllocator(each, allocator)]);
  return { ...Object.fromEntries(bound), Pipe: (options?: PipeOptions) => pipeIn(allocator, options) };
}

import type { Reach } from "../base/shareable.ts";
import type { Connection } from "../connection/connection.ts";
import { type PipeOptions, pipeIn } from "../connection/pipe.ts";
import { processBody } from "../memory/mapped-segment.ts";
import type { Body } from "../memory/segment.ts";
import { inBody } from "../memory/shared-object.ts";
import { threadBody } from "../memory/thread-segment.ts";
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

/** What makes objects in shared memory. */
export type SharedClasses = Readonly<typeof classes> & {
  /** As the module's own `Pipe()`, in memory that the context's children see. */
  Pipe(options?: PipeOptions): [Connection, Connection];
};

const bodies: Record<Reach, Body> = { thread: threadBody, process: processBody };

/** The shared classes with their objects in memory that reaches so far. */
export function sharedClasses(reach: Reach): SharedClasses {
  const body = bodies[reach];
  const bound = Object.entries(classes).map(([name, each]) => [name, inBody(each, body)]);
  return { ...Object.fromEntries(bound), Pipe: (options?: PipeOptions) => pipeIn(body, options) };
}

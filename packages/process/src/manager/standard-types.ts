import { HostedArray } from "./hosted/array.ts";
import { HostedBarrier } from "./hosted/barrier.ts";
import { HostedCondition } from "./hosted/condition.ts";
import { HostedDict } from "./hosted/dict.ts";
import { HostedEvent } from "./hosted/event.ts";
import { HostedList } from "./hosted/list.ts";
import { HostedLock, HostedRLock } from "./hosted/lock.ts";
import { HostedNamespace } from "./hosted/namespace.ts";
import { HostedPool } from "./hosted/pool.ts";
import { HostedJoinableQueue, HostedQueue } from "./hosted/queue.ts";
import { HostedBoundedSemaphore, HostedSemaphore } from "./hosted/semaphore.ts";
import { HostedSet } from "./hosted/set.ts";
import { HostedValue } from "./hosted/value.ts";
import type { Factory, Registration } from "./registration.ts";

const factories: Readonly<Record<string, Factory>> = {
  list: HostedList,
  dict: HostedDict,
  set: HostedSet,
  namespace: HostedNamespace,
  value: HostedValue,
  array: HostedArray,
  queue: HostedQueue,
  joinableQueue: HostedJoinableQueue,
  event: HostedEvent,
  lock: HostedLock,
  rlock: HostedRLock,
  semaphore: HostedSemaphore,
  boundedSemaphore: HostedBoundedSemaphore,
  condition: HostedCondition,
  barrier: HostedBarrier,
  pool: HostedPool,
};

/** The types that every manager has. */
export const standardTypes: readonly Registration[] = Object.entries(factories).map(([name, factory]) => ({
  name,
  factory,
}));

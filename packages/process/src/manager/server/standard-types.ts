import { HostedArray } from "../hosted/hosted-array.ts";
import { HostedBarrier } from "../hosted/hosted-barrier.ts";
import { HostedCondition } from "../hosted/hosted-condition.ts";
import { HostedDict } from "../hosted/hosted-dict.ts";
import { HostedEvent } from "../hosted/hosted-event.ts";
import { HostedList } from "../hosted/hosted-list.ts";
import { HostedLock, HostedRLock } from "../hosted/hosted-lock.ts";
import { HostedNamespace } from "../hosted/hosted-namespace.ts";
import { HostedPool } from "../hosted/hosted-pool.ts";
import { HostedJoinableQueue, HostedQueue } from "../hosted/hosted-queue.ts";
import { HostedBoundedSemaphore, HostedSemaphore } from "../hosted/hosted-semaphore.ts";
import { HostedSet } from "../hosted/hosted-set.ts";
import { HostedValue } from "../hosted/hosted-value.ts";
import type { TypeFactory, TypeRegistration } from "./type-registration.ts";

const factories: Readonly<Record<string, TypeFactory>> = {
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
export const standardTypes: readonly TypeRegistration[] = Object.entries(factories).map(([name, factory]) => ({
  name,
  factory,
}));

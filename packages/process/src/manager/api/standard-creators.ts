import type { WaitOptions } from "../../base/deadline.ts";
import type { PoolOptions } from "../../pool/api/pool-options.ts";
import type { Item, ShareableList } from "../../sync/shareable-list.ts";
import type { SharedMemory } from "../../sync/shared-memory.ts";
import type { HeldByProxy, WaitedForByProxy } from "../client/lock-calls.ts";
import type { Proxied } from "../client/proxy.ts";
import { isProxy } from "../client/proxy.ts";
import type { HostedArray } from "../hosted/hosted-array.ts";
import type { HostedBarrier, HostedBarrierOptions } from "../hosted/hosted-barrier.ts";
import type { HostedCondition } from "../hosted/hosted-condition.ts";
import type { HostedDict } from "../hosted/hosted-dict.ts";
import type { HostedEvent } from "../hosted/hosted-event.ts";
import type { HostedList } from "../hosted/hosted-list.ts";
import type { HostedLock, HostedRLock } from "../hosted/hosted-lock.ts";
import type { HostedNamespace } from "../hosted/hosted-namespace.ts";
import type { HostedPool } from "../hosted/hosted-pool.ts";
import type { HostedJoinableQueue, HostedQueue } from "../hosted/hosted-queue.ts";
import type { HostedBoundedSemaphore, HostedSemaphore } from "../hosted/hosted-semaphore.ts";
import type { HostedSet } from "../hosted/hosted-set.ts";
import type { HostedValue } from "../hosted/hosted-value.ts";

/** A lock or a semaphore in a manager. */
export type ManagedLock<T> = Proxied<T> & HeldByProxy;
/** A condition in a manager. */
export type ManagedCondition = Omit<Proxied<HostedCondition>, "wait" | "cancelWait"> &
  WaitedForByProxy & {
    /**
     * Waits for a notification. The lock is held again when this settles, also when it rejects.
     *
     * @returns whether a notification came before time ran out.
     */
    wait(options?: WaitOptions): Promise<boolean>;
  };

export type ListProxy<T = unknown> = Proxied<HostedList<T>>;
export type DictProxy<K = string, V = unknown> = Proxied<HostedDict<K, V>>;
export type SetProxy<T = unknown> = Proxied<HostedSet<T>>;
export type NamespaceProxy = Proxied<HostedNamespace>;
export type ValueProxy<T = unknown> = Proxied<HostedValue<T>>;
export type ArrayProxy<T = number> = Proxied<HostedArray<T>>;
export type QueueProxy<T = unknown> = Proxied<HostedQueue<T>>;
export type JoinableQueueProxy<T = unknown> = Proxied<HostedJoinableQueue<T>>;
export type EventProxy = Proxied<HostedEvent>;
export type BarrierProxy = Proxied<HostedBarrier>;
export type LockProxy = ManagedLock<HostedLock>;
export type RLockProxy = ManagedLock<HostedRLock>;
export type SemaphoreProxy = ManagedLock<HostedSemaphore>;
export type BoundedSemaphoreProxy = ManagedLock<HostedBoundedSemaphore>;
export type ConditionProxy = ManagedCondition;
export type PoolProxy = Proxied<HostedPool> & AsyncDisposable;

/** The methods of a manager that create objects of the standard types. */
export abstract class StandardCreators {
  /** Creates an object of a type and returns a proxy of it. */
  abstract create<T>(type: string, ...args: unknown[]): Promise<Proxied<T>>;

  /** Calls the manager itself. */
  protected abstract callManager<T>(method: string, ...args: readonly unknown[]): Promise<T>;

  /** @param values its first values, or another list of the manager. Default: none. */
  list<T = unknown>(values: Iterable<T> | ListProxy<T> = []): Promise<ListProxy<T>> {
    return this.create("list", isProxy(values) ? values : [...(values as Iterable<T>)]);
  }

  /** @param entries an object, a Map, pairs or another dict of the manager. Default: none. */
  dict<K = string, V = unknown>(
    entries: ReadonlyMap<K, V> | readonly (readonly [K, V])[] | DictProxy<K, V> | Readonly<Record<string, V>> = [],
  ): Promise<DictProxy<K, V>> {
    return this.create("dict", entries);
  }

  /** @param values any iterable; of a Map, its keys. Default: none. */
  set<T = unknown>(values: Iterable<T> = []): Promise<SetProxy<T>> {
    return this.create("set", values);
  }

  /** @param attributes its first attributes. Default: none. */
  namespace(attributes: Readonly<Record<string, unknown>> = {}): Promise<NamespaceProxy> {
    return this.create("namespace", attributes);
  }

  value<T>(value: T): Promise<ValueProxy<T>> {
    return this.create("value", value);
  }

  /** @param values the values, or how many zeros. */
  array<T = number>(values: Iterable<T> | number): Promise<ArrayProxy<T>> {
    return this.create("array", typeof values === "number" ? values : [...values]);
  }

  /** @param maxSize how many items it can hold; 0 for any number. Default: 0. */
  queue<T = unknown>(maxSize = 0): Promise<QueueProxy<T>> {
    return this.create("queue", maxSize);
  }

  /** @param maxSize how many items it can hold; 0 for any number. Default: 0. */
  joinableQueue<T = unknown>(maxSize = 0): Promise<JoinableQueueProxy<T>> {
    return this.create("joinableQueue", maxSize);
  }

  event(): Promise<EventProxy> {
    return this.create("event");
  }

  lock(): Promise<LockProxy> {
    return this.#createLock<HostedLock>("lock");
  }

  rlock(): Promise<RLockProxy> {
    return this.#createLock<HostedRLock>("rlock");
  }

  /** @param value ≥ 0. Default: 1. */
  semaphore(value = 1): Promise<SemaphoreProxy> {
    return this.#createLock<HostedSemaphore>("semaphore", value);
  }

  /** @param value ≥ 0. Default: 1. */
  boundedSemaphore(value = 1): Promise<BoundedSemaphoreProxy> {
    return this.#createLock<HostedBoundedSemaphore>("boundedSemaphore", value);
  }

  /** @param lock a lock of this manager. Default: a new RLock. */
  condition(lock?: Proxied<HostedLock> | Proxied<HostedRLock>): Promise<ConditionProxy> {
    const created = lock === undefined ? this.create("condition") : this.create("condition", lock);
    return created as Promise<ManagedCondition>;
  }

  /** @param options the number of workers, or {@link PoolOptions}. Default: one for each processor. */
  pool(options: number | PoolOptions = {}): Promise<PoolProxy> {
    return this.create("pool", options) as Promise<PoolProxy>;
  }

  /** @param parties how many callers wait for one another, ≥ 1. */
  barrier(parties: number, options: HostedBarrierOptions = {}): Promise<BarrierProxy> {
    return this.create("barrier", parties, options);
  }

  /**
   * Creates shared memory that is unlinked when the manager shuts down, as Python's `SharedMemoryManager` does.
   *
   * @param size in bytes, > 0.
   * @returns the memory itself, not a proxy.
   */
  sharedMemory(size: number): Promise<SharedMemory> {
    return this.callManager("sharedMemory", size);
  }

  /** Creates a list in shared memory that is unlinked when the manager shuts down. Returns the list, not a proxy. */
  shareableList(items: Iterable<Item>): Promise<ShareableList> {
    return this.callManager("shareableList", [...items]);
  }

  #createLock<T>(type: string, ...args: unknown[]): Promise<ManagedLock<T>> {
    return this.create<T>(type, ...args) as Promise<ManagedLock<T>>;
  }
}

import type { WaitOptions } from "../../base/deadline.ts";
import type { PoolOptions } from "../../pool/api/pool-options.ts";
import type { Item, ShareableList } from "../../sync/shareable-list.ts";
import type { SharedMemory } from "../../sync/shared-memory.ts";
import type { HeldByProxy, WaitedForByProxy } from "../client/lock-calls.ts";
import type { Proxied } from "../client/proxy.ts";
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

/** The methods of a manager that create objects of the standard types. */
export abstract class StandardCreators {
  /** Creates an object of a type and returns a proxy of it. */
  abstract create<T>(type: string, ...args: unknown[]): Promise<Proxied<T>>;

  /** Calls the manager itself. */
  protected abstract callManager<T>(method: string, ...args: readonly unknown[]): Promise<T>;

  /** @param values its first values. Default: none. */
  list<T = unknown>(values: Iterable<T> = []): Promise<Proxied<HostedList<T>>> {
    return this.create("list", [...values]);
  }

  /** @param entries an object, a Map or pairs. Default: none. */
  dict<K = string, V = unknown>(
    entries: ReadonlyMap<K, V> | readonly (readonly [K, V])[] | Readonly<Record<string, V>> = [],
  ): Promise<Proxied<HostedDict<K, V>>> {
    return this.create("dict", entries);
  }

  /** @param values any iterable; of a Map, its keys. Default: none. */
  set<T = unknown>(values: Iterable<T> = []): Promise<Proxied<HostedSet<T>>> {
    return this.create("set", values);
  }

  /** @param attributes its first attributes. Default: none. */
  namespace(attributes: Readonly<Record<string, unknown>> = {}): Promise<Proxied<HostedNamespace>> {
    return this.create("namespace", attributes);
  }

  value<T>(value: T): Promise<Proxied<HostedValue<T>>> {
    return this.create("value", value);
  }

  /** @param values the values, or how many zeros. */
  array<T = number>(values: Iterable<T> | number): Promise<Proxied<HostedArray<T>>> {
    return this.create("array", typeof values === "number" ? values : [...values]);
  }

  /** @param maxSize how many items it can hold; 0 for any number. Default: 0. */
  queue<T = unknown>(maxSize = 0): Promise<Proxied<HostedQueue<T>>> {
    return this.create("queue", maxSize);
  }

  /** @param maxSize how many items it can hold; 0 for any number. Default: 0. */
  joinableQueue<T = unknown>(maxSize = 0): Promise<Proxied<HostedJoinableQueue<T>>> {
    return this.create("joinableQueue", maxSize);
  }

  event(): Promise<Proxied<HostedEvent>> {
    return this.create("event");
  }

  lock(): Promise<ManagedLock<HostedLock>> {
    return this.#createLock("lock");
  }

  rlock(): Promise<ManagedLock<HostedRLock>> {
    return this.#createLock("rlock");
  }

  /** @param value ≥ 0. Default: 1. */
  semaphore(value = 1): Promise<ManagedLock<HostedSemaphore>> {
    return this.#createLock("semaphore", value);
  }

  /** @param value ≥ 0. Default: 1. */
  boundedSemaphore(value = 1): Promise<ManagedLock<HostedBoundedSemaphore>> {
    return this.#createLock("boundedSemaphore", value);
  }

  /** @param lock a lock of this manager. Default: a new RLock. */
  condition(lock?: Proxied<HostedLock> | Proxied<HostedRLock>): Promise<ManagedCondition> {
    const created = lock === undefined ? this.create("condition") : this.create("condition", lock);
    return created as Promise<ManagedCondition>;
  }

  /** @param options the number of workers, or {@link PoolOptions}. Default: one for each processor. */
  pool(options: number | PoolOptions = {}): Promise<Proxied<HostedPool> & AsyncDisposable> {
    return this.create("pool", options) as Promise<Proxied<HostedPool> & AsyncDisposable>;
  }

  /** @param parties how many callers wait for one another, ≥ 1. */
  barrier(parties: number, options: HostedBarrierOptions = {}): Promise<Proxied<HostedBarrier>> {
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

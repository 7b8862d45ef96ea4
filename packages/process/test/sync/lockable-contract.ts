import { BrokenBarrierError, LockStateError, type Process } from "@manyhands/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

type Limits = { readonly timeoutMs?: number; readonly signal?: AbortSignal };
/** A value, or a promise of it: in shared memory the one, in a manager the other. */
type Soon<T> = T | Promise<T>;
interface AnyLock {
  acquire(options?: Limits): Promise<boolean>;
  tryAcquire(): Soon<boolean>;
  release(): Soon<void>;
  hold<T>(fn: () => T | PromiseLike<T>, options?: Pick<Limits, "signal">): Promise<T>;
  readonly locked: Soon<boolean>;
}
interface AnyMutex extends AnyLock {
  readonly isMine: Soon<boolean>;
  readonly abandoned: Soon<boolean>;
  consistent(): Soon<void>;
}
interface AnySemaphore extends AnyLock {
  readonly value: Soon<number>;
}
interface AnyCondition extends AnyLock {
  wait(options?: Limits): Promise<boolean>;
  waitFor<T>(predicate: () => T | PromiseLike<T>, options?: Limits): Promise<T>;
  notify(n?: number): Soon<void>;
  notifyAll(): Soon<void>;
}
interface AnyEvent {
  readonly isSet: Soon<boolean>;
  set(): Soon<void>;
  clear(): Soon<void>;
  wait(options?: Limits): Promise<boolean>;
}
interface AnyBarrier {
  readonly parties: Soon<number>;
  readonly waiting: Soon<number>;
  readonly broken: Soon<boolean>;
  wait(options?: Limits): Promise<number>;
  abort(): Soon<void>;
  reset(): Soon<void>;
}
type Action = () => unknown;

/** Creates objects of one kind, and starts children that use them. */
export interface LockableMaker {
  lock(): Soon<AnyMutex>;
  rlock(): Soon<AnyMutex>;
  semaphore(value: number): Soon<AnySemaphore>;
  boundedSemaphore(value: number): Soon<AnySemaphore>;
  condition(lock?: AnyMutex): Soon<AnyCondition>;
  event(): Soon<AnyEvent>;
  barrier(parties: number, options?: { action?: Action; timeoutMs?: number }): Soon<AnyBarrier>;
  /** Shared memory that the children see. */
  array(length: number): { readonly typed: Int32Array };
  counter(): { value: number };
  /** Starts a target of the fixture. */
  start(name: string, ...args: unknown[]): Process;
  close(): Soon<void>;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const inTime = { timeoutMs: 100_000 };

/** What locks, conditions, events and barriers do wherever they are: in shared memory or in a manager. */
export function lockableContract(where: string, open: () => Soon<LockableMaker>): void {
  describe(`locks ${where}`, () => {
    let make: LockableMaker;
    beforeAll(async () => {
      make = await open();
    });
    afterAll(() => make.close());
    const run = (name: string, ...args: unknown[]) => make.start(name, ...args).result();
    const take = async (semaphore: AnySemaphore, n: number) => {
      for (let i = 0; i < n; i++) expect(await semaphore.acquire(inTime)).toBe(true);
    };

    it("a Lock has one holder, and is free after its release", { tags: ["_TestLock.test_lock"] }, async () => {
      const lock = await make.lock();
      expect(await lock.locked).toBe(false);
      expect(await lock.acquire()).toBe(true);
      expect([await lock.locked, await lock.isMine]).toEqual([true, true]);
      expect([await lock.tryAcquire(), await lock.acquire({ timeoutMs: 0 })]).toEqual([false, false]);
      expect(await lock.acquire({ timeoutMs: 5 })).toBe(false);
      expect(await lock.release()).toBeUndefined();
      expect([await lock.locked, await lock.isMine]).toEqual([false, false]);
      await expect(async () => lock.release()).rejects.toThrow(LockStateError);
      expect(await lock.tryAcquire()).toBe(true);
      await run("releaseLater", lock);
      expect(await lock.locked).toBe(false);
    });

    it("hold() releases after a return and after an error", { tags: ["_TestLock.test_lock_context"] }, async () => {
      for (const kind of ["lock", "rlock", "semaphore", "boundedSemaphore", "condition"] as const) {
        const lock = await (kind === "condition" ? make.condition() : make[kind](1));
        expect(await lock.hold(() => lock.locked)).toBe(true);
        await expect(lock.hold(() => Promise.reject(new Error("inside")))).rejects.toThrow("inside");
        expect(await lock.locked).toBe(false);
        const aborted = AbortSignal.abort(new Error("before"));
        await expect(lock.hold(() => "never", { signal: aborted })).rejects.toThrow("before");
        await expect(lock.hold(() => "never", { timeoutMs: 1 } as never)).rejects.toThrow(/the options are signal/);
        expect(await lock.locked).toBe(false);
      }
    });

    it("locks exclude children and flows", async () => {
      for (const kind of ["lock", "rlock", "semaphore", "condition"] as const) {
        const lock = await (kind === "condition" ? make.condition() : make[kind](1));
        const array = make.array(1);
        const { addAsync } = (await import(
          "../fixture/sharing.js" as string
        )) as typeof import("../fixture/sharing.js");
        const children = [1, 2].map(() => make.start("addAsync", lock, array, 40, 3));
        await Promise.all([...children.map((child) => child.result()), addAsync(lock, array, 40, 3)]);
        expect(array.typed[0]).toBe(360);
      }
    });

    it("flows acquire a Lock in the order of their calls, and an aborted one takes nothing", async () => {
      const lock = await make.lock();
      await lock.acquire();
      const order: number[] = [];
      const abort = new AbortController();
      const flows = [1, 2, 3].map((n) => lock.hold(() => void order.push(n), n === 2 ? { signal: abort.signal } : {}));
      const settled = Promise.allSettled(flows);
      await lock.locked;
      abort.abort(new Error("no more"));
      await lock.release();
      expect((await settled)[1]).toMatchObject({ reason: { message: "no more" } });
      expect(order).toEqual([1, 3]);
      expect(await lock.locked).toBe(false);
    });

    it("a killed holder's lock is passed on, and is abandoned until consistent()", async () => {
      for (const kind of ["lock", "rlock"] as const) {
        const lock = await make[kind]();
        const isHeld = await make.semaphore(0);
        const child = make.start("holdForever", lock, isHeld);
        await take(isHeld, 1);
        const waiting = lock.acquire(inTime);
        child.kill();
        expect(await waiting).toBe(true);
        expect(await lock.abandoned).toBe(true);
        await lock.consistent();
        expect(await lock.abandoned).toBe(false);
        await lock.release();
        await expect(async () => lock.consistent()).rejects.toThrow(LockStateError);
        await child.join();
      }
    });

    it("an RLock is released as often as its owner acquired it", { tags: ["_TestLock.test_rlock"] }, async () => {
      const lock = await make.rlock();
      expect([await lock.acquire(), await lock.tryAcquire(), await lock.acquire({ timeoutMs: 0 })]).toEqual([
        true,
        true,
        true,
      ]);
      expect([await lock.locked, await lock.isMine]).toEqual([true, true]);
      await expect(run("releaseLater", lock)).rejects.toThrow(LockStateError);
      for (let i = 0; i < 3; i++) expect(await lock.release()).toBeUndefined();
      expect(await lock.locked).toBe(false);
      await expect(async () => lock.release()).rejects.toThrow(LockStateError);
    });

    it("an RLock can be held again inside of hold(), also of other locks", {
      tags: ["_TestLock.test_rlock_context"],
    }, async () => {
      const [a, b] = [await make.rlock(), await make.rlock()];
      expect(await a.hold(() => a.hold(() => b.hold(() => a.hold(async () => (await a.locked) && b.locked))))).toBe(
        true,
      );
      expect([await a.locked, await b.locked]).toEqual([false, false]);
      const condition = await make.condition(a);
      expect(await a.hold(() => condition.hold(() => condition.wait({ timeoutMs: 1 })))).toBe(false);
      expect(await condition.hold(() => a.hold(() => condition.wait({ timeoutMs: 1 })))).toBe(false);
      expect(await a.locked).toBe(false);
    });

    it("an RLock excludes other flows of the same process", async () => {
      const lock = await make.rlock();
      let inside = 0;
      const body = async () => {
        expect(++inside).toBe(1);
        await turn();
        inside -= 1;
      };
      const byHand = async () => {
        await lock.acquire();
        await lock.acquire();
        await body();
        await lock.release();
        await lock.release();
      };
      for (let round = 0; round < 3; round++) {
        await Promise.all([byHand(), byHand(), lock.hold(body), lock.hold(byHand), byHand()]);
        await lock.acquire();
        await lock.release();
      }
      expect(await lock.locked).toBe(false);
    });

    for (const [kind, tag] of [
      ["semaphore", "_TestSemaphore.test_semaphore"],
      ["boundedSemaphore", "_TestSemaphore.test_bounded_semaphore"],
    ] as const) {
      it(`a ${kind} counts`, { tags: [tag] }, async () => {
        const semaphore = await make[kind](2);
        expect(await semaphore.value).toBe(2);
        expect([await semaphore.acquire(), await semaphore.value, await semaphore.tryAcquire()]).toEqual([
          true,
          1,
          true,
        ]);
        expect([await semaphore.locked, await semaphore.tryAcquire()]).toEqual([true, false]);
        expect(await semaphore.acquire({ timeoutMs: 5 })).toBe(false);
        await semaphore.release();
        await semaphore.release();
        if (kind === "semaphore") {
          await semaphore.release();
          expect(await semaphore.value).toBe(3);
        } else await expect(async () => semaphore.release()).rejects.toThrow(RangeError);
      });
    }

    it("notifyAll() wakes all waiters except those that timed out", {
      tags: ["_TestCondition.test_notify_all"],
    }, async () => {
      const condition = await make.condition();
      const [asleep, awake] = [await make.semaphore(0), await make.semaphore(0)];
      expect(await run("waitForNotice", condition, asleep, awake, 3, 10)).toEqual([false, false, false]);
      await take(asleep, 3);
      await take(awake, 3);
      const waiting = [1, 2].map(() => make.start("waitForNotice", condition, asleep, awake, 3));
      await take(asleep, 6);
      await condition.hold(() => condition.notify(2));
      await take(awake, 2);
      expect(await awake.acquire({ timeoutMs: 20 })).toBe(false);
      await condition.hold(() => condition.notifyAll());
      for (const child of waiting) expect(await child.result()).toEqual([true, true, true]);
    });

    it("a Condition is held by one flow at a time, and again after a wait", {
      tags: ["_TestCondition.test_timeout"],
    }, async () => {
      for (const lock of [undefined, await make.lock(), await make.rlock()]) {
        const condition = await make.condition(lock);
        let inside = 0;
        const waiter = async () => {
          await condition.acquire();
          const woken = await condition.wait({ timeoutMs: 10 });
          expect(++inside).toBe(1);
          await turn();
          inside -= 1;
          await condition.release();
          return woken;
        };
        expect(await Promise.all([waiter(), waiter(), waiter()])).toEqual([false, false, false]);
        expect(await condition.locked).toBe(false);
        await expect(async () => condition.notify()).rejects.toThrow(LockStateError);
        await expect(async () => condition.wait()).rejects.toThrow(LockStateError);
      }
    });

    it("waitFor() waits until the predicate is truthy", { tags: ["_TestCondition.test_waitfor"] }, async () => {
      const condition = await make.condition();
      const state = make.counter();
      const child = make.start("waitForState", condition, state, 4);
      await run("countTo", condition, state, 4);
      expect(await child.result()).toBe(true);
      expect(await condition.hold(() => condition.waitFor(() => false, { timeoutMs: 10 }))).toBe(false);
      expect(await condition.hold(() => condition.waitFor(async () => "at once"))).toBe("at once");
      await condition.acquire();
      expect(await condition.waitFor(() => 0, { timeoutMs: 10 })).toBe(0);
      await condition.release();
    });

    it("wait() can be aborted, and then has the lock", { tags: ["_TestCondition.test_wait_result"] }, async () => {
      const condition = await make.condition();
      const asleep = await make.semaphore(0);
      const abort = new AbortController();
      const aborted = condition.hold(async () => {
        await asleep.release();
        await expect(condition.wait({ signal: abort.signal })).rejects.toThrow("no more");
        await condition.notify();
      });
      await take(asleep, 1);
      const patient = condition.hold(async () => {
        await asleep.release();
        return condition.wait(inTime);
      });
      await take(asleep, 1);
      await condition.hold(() => abort.abort(new Error("no more")));
      await aborted;
      expect(await patient).toBe(true);
      expect(await condition.hold(() => condition.wait({ timeoutMs: 0 }))).toBe(false);
      expect(await condition.locked).toBe(false);
    });

    it("an event's wait() waits until it is set", { tags: ["_TestEvent.test_event"] }, async () => {
      const event = await make.event();
      expect(await event.isSet).toBe(false);
      expect([await event.wait({ timeoutMs: 0 }), await event.wait({ timeoutMs: 5 })]).toEqual([false, false]);
      await event.set();
      expect([await event.isSet, await event.wait()]).toEqual([true, true]);
      await event.clear();
      expect(await event.isSet).toBe(false);
      const waiting = event.wait(inTime);
      await run("setEvent", event);
      expect(await waiting).toBe(true);
    });

    for (const [tag, rounds] of [
      ["_TestBarrier.test_barrier", 1],
      ["_TestBarrier.test_barrier_10", 10],
      ["_TestBarrier.test_wait_return", 2],
    ] as const) {
      it(`a barrier releases no party before all have arrived, in ${rounds} rounds`, { tags: [tag] }, async () => {
        const barrier = await make.barrier(5);
        const passed = make.array(1);
        const { pass } = (await import("../fixture/sharing.js" as string)) as typeof import("../fixture/sharing.js");
        const children = [1, 2].map(() => make.start("pass", barrier, rounds, passed, false).result());
        const all = (await Promise.all([
          ...children,
          ...[1, 2, 3].map(() => pass(barrier, rounds, passed, false)),
        ])) as Awaited<ReturnType<typeof pass>>[];
        expect(all.map(({ lead }) => lead)).toEqual([0, 0, 0, 0, 0]);
        for (let round = 0; round < rounds; round++)
          expect(all.map(({ indices }) => indices[round]).sort()).toEqual([0, 1, 2, 3, 4]);
        expect([await barrier.waiting, await barrier.broken]).toEqual([0, false]);
      });
    }

    it("a barrier of one party does not wait", { tags: ["_TestBarrier.test_single_thread"] }, async () => {
      const barrier = await make.barrier(1);
      expect([await barrier.wait(), await barrier.wait({ timeoutMs: 0 })]).toEqual([0, 0]);
    });

    it("reset() ends current waits of a barrier with an error, and makes it usable", {
      tags: ["_TestBarrier.test_reset", "_TestBarrier.test_abort_and_reset"],
    }, async () => {
      const barrier = await make.barrier(3);
      const waiting = Promise.allSettled([barrier.wait(), barrier.wait()]);
      while ((await barrier.waiting) < 2) await turn();
      await barrier.reset();
      const broken = { reason: expect.any(BrokenBarrierError) };
      expect(await waiting).toMatchObject([broken, broken]);
      expect(await barrier.broken).toBe(false);
      await barrier.abort();
      await expect(barrier.wait()).rejects.toThrow(BrokenBarrierError);
      await barrier.reset();
      expect((await Promise.all([barrier.wait(), barrier.wait(), run("passOnce", barrier)])).sort()).toEqual([0, 1, 2]);
    });

    it("a barrier runs its action once a round, awaits it, and breaks when it fails", async () => {
      let ran = 0;
      const barrier = await make.barrier(2, {
        action: async () => {
          await turn();
          ran += 1;
          if (ran === 3) throw new RangeError("failed");
        },
      });
      const party = () => barrier.wait(inTime).then(() => ran);
      expect(await Promise.all([party(), party()])).toEqual([1, 1]);
      expect(await Promise.all([party(), party()])).toEqual([2, 2]);
      const failed = (await Promise.allSettled([party(), party()])) as PromiseRejectedResult[];
      expect(failed.map(({ reason }) => reason.name).sort()).toEqual(["BrokenBarrierError", "RangeError"]);
      expect(await barrier.broken).toBe(true);
    });

    it("a barrier breaks when a wait times out or is aborted", async () => {
      const barrier = await make.barrier(2, { timeoutMs: 5 });
      await expect(barrier.wait()).rejects.toThrow(BrokenBarrierError);
      await barrier.reset();
      const abort = new AbortController();
      const aborted = barrier.wait({ signal: abort.signal, timeoutMs: 100_000 });
      abort.abort(new Error("enough"));
      await expect(aborted).rejects.toThrow("enough");
      while (!(await barrier.broken)) await turn();
    });
  });
}

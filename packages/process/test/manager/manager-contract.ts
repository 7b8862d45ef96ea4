import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  BrokenPipeError,
  CloneError,
  ClosedError,
  callMethod,
  FileNotFoundError,
  getContext,
  getValue,
  Manager,
  Process,
  ProcessStateError,
  type Proxied,
  QueueEmptyError,
  QueueFullError,
  RemoteError,
  type ShareableList,
  SharedMemory,
  type StartMethodName,
  TimeoutError,
} from "@manyhands/process";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Counter, Odd } from "../fixture/managed.js";
import { childPids, expectNothingLeft } from "../process/nothing-left.ts";

const module = new URL("../fixture/managed.js", import.meta.url);
const target = (name: string) => ({ module, name });

class MyManager extends Manager {
  declare Counter: (count?: number) => Promise<Proxied<Counter>>;
  declare Odd: () => Promise<Proxied<Odd>>;
  declare Broken: () => Promise<never>;
}
MyManager.register("Counter", target("createCounter"), { methodToType: { child: "Counter" } });
MyManager.register("Named", target("createCounter"), { exposed: ["add", "step"] });
MyManager.register("Odd", target("Odd"), { methodToType: {} });
MyManager.register("Broken", target("throwingFactory"));
MyManager.register("Initialized", target("createInitialized"));

/** The contract of a manager by any start method. */
export function managerContract(startMethod: StartMethodName): void {
  describe(`a manager by ${startMethod}`, () => {
    let before: number[];
    let manager: MyManager;
    beforeAll(async () => {
      before = childPids();
      manager = await new MyManager({ startMethod }).start();
    });
    afterAll(async () => {
      await manager.shutdown();
      expect(manager.process?.exitCode).toBe(0);
      expect(existsSync(dirname(manager.address as string))).toBe(false);
      await expectNothingLeft(before);
    });
    const children = new Set<Process>();
    afterEach(async () => {
      for (const child of children) await child[Symbol.asyncDispose]();
      children.clear();
    });
    const child = (name: string, ...args: unknown[]) => {
      const started = new Process(target(name), { args, startMethod }).start();
      children.add(started);
      return started;
    };
    const inChild = (name: string, ...args: unknown[]) => child(name, ...args).result();

    it("hosts registered types, and refuses calls of members that are not exposed", {
      tags: ["_TestMyManager.test_mymanager"],
    }, async () => {
      const counter = await manager.Counter(5);
      expect([await counter.add(), await counter.add(2), await counter.count]).toEqual([6, 8, 8]);
      expect("_hidden" in counter).toBe(false);
      const seen: number[] = [];
      for await (const i of (await counter.upTo(3)) as unknown as AsyncIterable<number>) seen.push(i);
      expect(seen).toEqual([0, 1, 2]);
      for (const name of [
        "_hidden",
        "constructor",
        "__proto__",
        "toString",
        "hasOwnProperty",
        "nothing",
        "@call",
        "",
      ]) {
        await expect(callMethod(counter, name)).rejects.toThrow(RemoteError);
      }
      const named = await manager.create("Named", 1);
      expect(await callMethod(named, "add")).toBe(2);
      expect(await callMethod(named, "step")).toBe(1);
      await expect(callMethod(named, "fail")).rejects.toThrow(RemoteError);
      await expect(manager.create("nothing")).rejects.toThrow(/the manager has list, dict/);
    });

    it("rejects with the error's class, code, fields, cause and both stacks", async () => {
      const counter = await manager.Counter();
      const error = await (async function theCaller() {
        return counter.fail().catch((error) => error);
      })();
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ message: "too far", code: "E_FAR", limit: 7, cause: "the cause" });
      const [there, here] = error.stack.split("Counter.fail() was called");
      expect(there).toMatch(/^RangeError: too far\n +at Counter\.fail .*managed\.js/);
      expect(here).toMatch(/^\n +at theCaller .*contract\.ts/);
      await expect(counter.throwText()).rejects.toBe("a text");
      await expect(manager.Broken()).rejects.toThrow("the factory failed");
      await expect(counter.unsendable()).rejects.toThrow(RemoteError);
      const refused = await counter.add(new WeakMap() as never).catch((error) => error);
      expect(refused).toBeInstanceOf(CloneError);
      expect(refused.stack).toMatch(/^CloneError: Cannot send args\[0\].*\n +at .*contract\.ts/);
      expect(await counter.add()).toBe(1);
    });

    it("calls functions in the process that sent them", async () => {
      const counter = await manager.Counter(4);
      expect(await counter.ask(async (a: number, b: number) => a * b, 6, 7)).toEqual(["it said", 42]);
      await expect(
        counter.ask(() => {
          throw new RangeError("from afar");
        }),
      ).rejects.toThrow(RangeError);
      const list = await manager.list([3, 1, 2]);
      await list.sort({ compare: (a, b) => b - a });
      expect(await list.copy()).toEqual([3, 2, 1]);
    });

    it("does not take an object with then() for a promise, nor call methods of Object.prototype", async () => {
      const odd = await manager.Odd();
      expect([await odd, "then" in odd]).toEqual([odd, false]);
      await expect(callMethod(odd, "then")).rejects.toThrow(RemoteError);
      expect([await odd.toString(), String(odd)]).toEqual(["an odd one", "Proxy { Odd }"]);
      expect(await ((await odd.multiplier(2)) as unknown as (x: number) => Promise<number>)(21)).toBe(42);
    });

    it("ends an iterator when its loop is left early", async () => {
      const odd = await manager.Odd();
      const counting = () => odd.counting() as unknown as Promise<AsyncIterable<number>>;
      for await (const i of await counting()) if (i === 2) break;
      const failing = (async () => {
        for await (const _ of await counting()) throw new Error("had enough");
      })();
      await expect(failing).rejects.toThrow("had enough");
      expect(await odd.timesLeft()).toBe(2);
    });

    it("a proxy of the manager's own objects is iterated and gives proxies as in any other process", async () => {
      const [list, dict] = [await manager.list([1, 2]), await manager.dict({ a: 1 })];
      const [odd, counter] = [await manager.Odd(), await manager.Counter(4)];
      const text = "Proxy { list }";
      expect(await counter.use(list, dict, odd, counter)).toEqual({
        items: [1, 2],
        keys: ["a"],
        first: [0, 1],
        texts: [text, "Proxy { dict }", text, text],
        left: 1,
        child: [5, 4, true],
        failure: "Cannot iterate over a Counter in a manager: it is not iterable",
      });
    });

    it("keeps an object that an exited child created and returned", async () => {
      const { list } = (await inChild("createInChild", manager.address)) as { list: Proxied<{ copy(): string[] }> };
      expect(await list.copy()).toEqual(["created by a child"]);
    });

    it("returns results as proxies for methods in methodToType", async () => {
      const counter = await manager.Counter(4);
      const other = (await counter.child()) as unknown as Proxied<Counter>;
      expect([await other.add(), await counter.count]).toEqual([5, 4]);
    });

    it("cancels a call at its timeout or signal without taking an item", async () => {
      const queue = await manager.queue<string>();
      const counter = await manager.Counter();
      await expect(callMethod(counter, "forever", [], { timeoutMs: 10 })).rejects.toThrow(TimeoutError);
      await expect(callMethod(queue, "get", [], { timeoutMs: 10 })).rejects.toThrow(TimeoutError);
      await expect(queue.get({ timeoutMs: 10 })).rejects.toThrow(QueueEmptyError);
      const controller = new AbortController();
      const waiting = [
        queue.get({ signal: controller.signal }),
        callMethod(queue, "get", [], { signal: controller.signal }),
      ];
      await queue.size;
      controller.abort(new Error("enough"));
      for (const each of await Promise.allSettled(waiting))
        expect(each).toMatchObject({ reason: { message: "enough" } });
      await expect(queue.get({ signal: controller.signal })).rejects.toThrow("enough");
      await queue.put("kept");
      expect(await queue.get()).toBe("kept");
    });

    it("rejects the calls of a proxy at once when it is released, without taking an item", async () => {
      const queue = await manager.queue<string>();
      const same = (await (await manager.list<unknown>([queue])).get(0)) as typeof queue;
      const others = same.get();
      const ended = [queue.get(), callMethod(queue, "get", [], { timeoutMs: 100_000 })].map((call) =>
        expect(call).rejects.toThrow(ClosedError),
      );
      queue[Symbol.dispose]();
      await Promise.all(ended);
      await expect(queue.size).rejects.toThrow("Cannot call queue.size(): its proxy was released");
      await same.put("for the other");
      expect(await others).toBe("for the other");
    });

    it("serves other clients while one is blocked in get(), and loses no item when it is killed", async () => {
      const queue = await manager.queue<string>();
      const blocked = child("blockInGet", queue);
      while (blocked.state === "ready") await new Promise(setImmediate);
      expect(await queue.size).toBe(0);
      blocked.kill();
      await blocked.join();
      await queue.put("for me");
      expect(await queue.get({ timeoutMs: 100_000 })).toBe("for me");
    });

    it("releases the lock of a killed holder", async () => {
      for (const lock of [await manager.lock(), await manager.rlock()]) {
        const holder = child("holdLock", lock);
        while (!(await lock.locked)) await new Promise(setImmediate);
        const waiting = lock.acquire({ timeoutMs: 100_000 });
        holder.kill();
        expect(await waiting).toBe(true);
        await lock.release();
      }
    });

    it("a list works in a child", {
      tags: ["TestSyncManagerTypes.test_list", "_TestContainers.test_list_isinstance"],
    }, async () => {
      const list = await manager.list([4, 5, 5, 3]);
      expect(await inChild("useList", list)).toEqual({
        seen: [4, 5, 5, 3],
        count: 2,
        index: 1,
        length: 4,
        popped: 3,
        doubled: [4, 5, 5, 3, 4, 5, 5, 3].filter((x) => x !== 3),
        joined: [4, 5, 5, 9],
        sorted: [4, 5, 5],
        reversed: [5, 5, 4],
        grown: [6, 5, 5, 4, 7, 8, 6, 5, 5, 4, 7, 8],
      });
      expect(await list.length()).toBe(0);
      const methods = [
        "append",
        "clear",
        "concat",
        "copy",
        "count",
        "delete",
        "extend",
        "get",
        "includes",
        "index",
        "insert",
        "length",
        "pop",
        "remove",
        "repeat",
        "repeatInPlace",
        "reverse",
        "reversed",
        "set",
        "setSlice",
        "slice",
        "sort",
      ];
      for (const name of methods) expect(name in list).toBe(true);
    });

    it("a list has indexes from both ends and slices, and returns copies of its elements", async () => {
      const list = await manager.list<unknown>([1, [2], 3]);
      expect([await list.get(-1), await list.slice(0, 2), await list.includes([2])]).toEqual([3, [1, [2]], true]);
      ((await list.get(1)) as number[]).push(9);
      expect(await list.get(1)).toEqual([2]);
      await list.set(0, "one");
      await list.setSlice(1, 3, ["two"]);
      await list.delete(0);
      expect(await list.copy()).toEqual(["two"]);
      expect(await list.toString()).toBe("[ 'two' ]");
      for (const outside of [list.get(1), list.set(-2, 0), list.pop(5), list.remove("x"), list.index("x")]) {
        await expect(outside).rejects.toThrow(RangeError);
      }
    });

    it("list() and dict() copy another list or dict in the manager", async () => {
      const [list, dict] = [await manager.list([1, 2]), await manager.dict({ a: 1 })];
      const [listCopy, dictCopy] = [await manager.list(list), await manager.dict(dict)];
      await list.append(3);
      await dict.set("b", 2);
      expect(await listCopy.copy()).toEqual([1, 2]);
      expect(await dictCopy.items()).toEqual([["a", 1]]);
      await dictCopy.update(dict as never);
      expect(await dictCopy.get("b")).toBe(2);
    });

    it("extend() and concat() of a list take another list in the manager", async () => {
      const [one, two] = [await manager.list([1, 2]), await manager.list([3, 4])];
      await one.extend(two);
      expect([await one.copy(), await one.concat(two)]).toEqual([
        [1, 2, 3, 4],
        [1, 2, 3, 4, 3, 4],
      ]);
      await one.extend([5]);
      expect(await one.get(-1)).toBe(5);
    });

    it("an index of a proxy is refused with the method to call", async () => {
      const list = (await manager.list([1])) as unknown as number[];
      expect(() => list[0]).toThrow(/^Cannot read \[0\] of a list in a manager: .* write await proxy\.get\(0\)$/);
      expect(() => {
        list[0] = 2;
      }).toThrow("Cannot set 0 of a list in a manager");
      expect((await manager.event())[0 as never]).toBeUndefined();
    });

    it("a loop over a list sees elements appended meanwhile", {
      tags: ["_TestContainers.test_list_iter"],
    }, async () => {
      const list = await manager.list([0, 1, 2]);
      const seen: number[] = [];
      const iterator = list[Symbol.asyncIterator]();
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        seen.push(next.value);
        if (next.value === 0) await list.append(3);
      }
      expect(seen).toEqual([0, 1, 2, 3]);
      expect((await iterator.next()).done).toBe(true);
    });

    it("a dict works in a child", {
      tags: ["TestSyncManagerTypes.test_dict", "_TestContainers.test_dict_isinstance"],
    }, async () => {
      const dict = await manager.dict<string, number>({ a: 1, b: 2 });
      expect(await inChild("useDict", dict)).toMatchObject({
        get: 1,
        otherwise: "none",
        keys: ["a", "b"],
        values: [1, 2],
        items: [
          ["a", 1],
          ["b", 2],
        ],
        copy: new Map([
          ["a", 1],
          ["b", 2],
        ]),
        merged: new Map([
          ["a", 1],
          ["b", 2],
          ["c", 3],
        ]),
        fromKeys: new Map([
          ["x", 0],
          ["y", 0],
        ]),
        setDefault: [1, 4],
        popItem: ["d", 4],
        pop: 2,
        after: new Map([
          ["a", 1],
          ["e", 5],
        ]),
      });
      expect(await dict.size()).toBe(0);
      await expect(dict.delete("a")).rejects.toMatchObject({ code: "ERR_MANYHANDS_KEY" });
      await expect(dict.popItem()).rejects.toMatchObject({ code: "ERR_MANYHANDS_KEY" });
    });

    it("a dict keeps the type of number keys", { tags: ["_TestContainers.test_dict"] }, async () => {
      const dict = await manager.dict<number, string>();
      for (const key of [65, 66, 67]) await dict.set(key, String.fromCharCode(key));
      expect(await dict.copy()).toEqual(
        new Map([
          [65, "A"],
          [66, "B"],
          [67, "C"],
        ]),
      );
      expect([await dict.keys(), await dict.values()]).toEqual([
        [65, 66, 67],
        ["A", "B", "C"],
      ]);
    });

    it("a loop over a dict throws when the dict changes its size", {
      tags: ["_TestContainers.test_dict_iter"],
    }, async () => {
      const dict = await manager.dict<string, number>({ a: 1, b: 2 });
      const keys: string[] = [];
      for await (const key of dict) keys.push(key);
      expect(keys).toEqual(["a", "b"]);
      const changing = (async () => {
        for await (const key of dict) await dict.set(`${key}!`, 0);
      })();
      await expect(changing).rejects.toMatchObject({ code: "ERR_MANYHANDS_RANGE_CHANGED" });
    });

    it("a set has every method of Python's set", {
      tags: ["TestSyncManagerTypes.test_set", "TestSyncManagerTypes.test_set_contain_all_method"],
    }, async () => {
      const set = await manager.set(["a", "b", "c"]);
      const other = await manager.set(["b", "c", "d"]);
      expect(await set.union(["x"], ["y"])).toEqual(new Set(["a", "b", "c", "x", "y"]));
      expect(await set.union(other as never)).toEqual(new Set(["a", "b", "c", "d"]));
      expect(await set.intersection(other as never)).toEqual(new Set(["b", "c"]));
      expect(await set.difference(other as never)).toEqual(new Set(["a"]));
      expect(await set.symmetricDifference(["c", "e"])).toEqual(new Set(["a", "b", "e"]));
      expect([
        await set.isDisjoint(["z"]),
        await set.isSubset(["a"]),
        await set.isSuperset(["a"]),
        await set.equals(["c", "b", "a"]),
        await set.isProperSubset(["a", "b", "c", "d"]),
        await set.isProperSuperset(["a"]),
      ]).toEqual([true, false, true, true, true, true]);
      await set.update(["d"]);
      await set.intersectionUpdate(["a", "d", "x"]);
      await set.add("e");
      await set.symmetricDifferenceUpdate(["e", "f"]);
      await set.differenceUpdate(["d"]);
      expect(await set.copy()).toEqual(new Set(["a", "f"]));
      expect([await set.has("a"), await set.discard("a"), await set.discard("a"), await set.size()]).toEqual([
        true,
        true,
        false,
        1,
      ]);
      await expect(set.remove("a")).rejects.toMatchObject({ code: "ERR_MANYHANDS_KEY" });
      expect(await set.pop()).toBe("f");
      await set.clear();
      await expect(set.pop()).rejects.toMatchObject({ code: "ERR_MANYHANDS_KEY" });
    });

    it("a set is created from any iterable", { tags: ["TestSyncManagerTypes.test_set_init"] }, async () => {
      for (const values of [
        new Set([1, 2]),
        [1, 2, 2],
        new Map([
          [1, "a"],
          [2, "b"],
        ]),
      ]) {
        expect(await (await manager.set(values as Iterable<number>)).values()).toEqual([1, 2]);
      }
      await expect(manager.set(5 as never)).rejects.toThrow(TypeError);
    });

    it("values, arrays and namespaces work in a child", {
      tags: [
        "TestSyncManagerTypes.test_value",
        "TestSyncManagerTypes.test_array",
        "TestSyncManagerTypes.test_namespace",
      ],
    }, async () => {
      const value = await manager.value(1);
      const array = await manager.array([7, 8]);
      const namespace = await manager.namespace({ x: "set by the parent" });
      expect(await inChild("useValue", value, array, namespace)).toEqual([1, 1, 8, 2, "set by the parent", 7, 8]);
      expect([await value.value, await value.get()]).toEqual([2, 2]);
      await expect(array.setSlice(0, 2, [1])).rejects.toThrow(RangeError);
      expect(await (await manager.array(3)).slice()).toEqual([0, 0, 0]);
    });

    it("a namespace stores attributes with a leading underscore in the proxy", {
      tags: ["_TestContainers.test_namespace"],
    }, async () => {
      const namespace = await manager.namespace();
      await namespace.set("name", "Bob");
      await namespace.set("job", "Builder");
      await namespace.set("_hidden", "hidden");
      expect([await namespace.get("name"), await namespace.get("_hidden")]).toEqual(["Bob", "hidden"]);
      await namespace.delete("job");
      expect(await namespace.toString()).toBe("Namespace(name='Bob')");
      await expect(namespace.get("job")).rejects.toMatchObject({ code: "ERR_MANYHANDS_KEY" });
      expect([await namespace.has("job"), await namespace.keys()]).toEqual([false, ["name"]]);
    });

    it("a queue works in a child, and is bounded", { tags: ["TestSyncManagerTypes.test_queue"] }, async () => {
      const queue = await manager.queue<number>(2);
      await queue.put(5);
      await queue.put(6);
      await expect(queue.put(7, { timeoutMs: 5 })).rejects.toThrow(QueueFullError);
      expect(await queue.tryPut(7)).toBe(false);
      expect(await inChild("useQueue", queue)).toEqual([2, true, 5, 6, true]);
      expect([await queue.isEmpty, await queue.tryGet()]).toEqual([true, undefined]);
    });

    it("a queue has its limit and its order for all processes", {
      tags: ["_TestQueue.test_put", "_TestQueue.test_get", "_TestQueue.test_qsize"],
    }, async () => {
      const queue = await manager.queue<number>(4);
      expect([await queue.maxSize, await queue.size, await queue.isEmpty, await queue.isFull]).toEqual([
        4,
        0,
        true,
        false,
      ]);
      await inChild("putAll", queue, [1, 2, 3, 4]);
      expect([await queue.size, await queue.isEmpty, await queue.isFull]).toEqual([4, false, true]);
      expect(await queue.tryPut(5)).toBe(false);
      for (const timeoutMs of [0, 5]) await expect(queue.put(5, { timeoutMs })).rejects.toThrow(QueueFullError);
      expect([await queue.get(), await queue.get({ timeoutMs: 0 }), await queue.get({ timeoutMs: 1000 })]).toEqual([
        1, 2, 3,
      ]);
      expect([await queue.tryGet(), await queue.tryGet(), await queue.size]).toEqual([{ value: 4 }, undefined, 0]);
      for (const timeoutMs of [0, 5]) await expect(queue.get({ timeoutMs })).rejects.toThrow(QueueEmptyError);
      const late = queue.get();
      await queue.put(6);
      expect(await late).toBe(6);
    });

    it("a joinable queue resolves join() when all items are done", {
      tags: ["TestSyncManagerTypes.test_joinable_queue"],
    }, async () => {
      const queue = await manager.joinableQueue<number>(2);
      await queue.put(5);
      await queue.put(6);
      expect(await queue.join({ timeoutMs: 1 })).toBe(false);
      expect(await inChild("useQueue", queue)).toEqual([2, true, 5, 6, true]);
      expect([await queue.join(), await queue.unfinished]).toEqual([true, 0]);
      await expect(queue.taskDone()).rejects.toThrow(RangeError);
    });

    it("a queue ends loops over it when it is shut down", async () => {
      const queue = await manager.queue<number>();
      await queue.put(1);
      const seen: number[] = [];
      const reading = (async () => {
        for await (const item of queue) seen.push(item);
      })();
      await queue.put(2);
      await queue.shutdown();
      await reading;
      expect(seen).toEqual([1, 2]);
      await expect(queue.put(3)).rejects.toMatchObject({ code: "ERR_MANYHANDS_QUEUE_SHUT_DOWN" });
    });

    it("a child waits for an event and clears it", { tags: ["TestSyncManagerTypes.test_event"] }, async () => {
      const event = await manager.event();
      expect(await event.wait({ timeoutMs: 1 })).toBe(false);
      await event.set();
      expect(await inChild("useEvent", event)).toBe(true);
      expect(await event.isSet).toBe(false);
    });

    it("the parent releases a lock that an exited child acquired", {
      tags: ["TestSyncManagerTypes.test_lock"],
    }, async () => {
      const lock = await manager.lock();
      const holder = child("useLock", lock);
      expect(await holder.join()).toBe(0);
      expect([await lock.locked, await lock.tryAcquire(), await lock.acquire({ timeoutMs: 1 })]).toEqual([
        true,
        false,
        false,
      ]);
      await lock.release();
      await expect(lock.release()).rejects.toMatchObject({ code: "ERR_MANYHANDS_LOCK_STATE" });
    });

    it("an rlock is released only by the process that acquired it", {
      tags: ["TestSyncManagerTypes.test_rlock"],
    }, async () => {
      const lock = await manager.rlock();
      expect(await inChild("useRLock", lock)).toEqual([true, false]);
      await expect(lock.release()).rejects.toMatchObject({ code: "ERR_MANYHANDS_LOCK_STATE" });
    });

    it("a semaphore counts, and a bounded one throws beyond its bound", {
      tags: ["TestSyncManagerTypes.test_bounded_semaphore"],
    }, async () => {
      const semaphore = await manager.boundedSemaphore(2);
      expect([await semaphore.acquire(), await semaphore.acquire(), await semaphore.acquire({ timeoutMs: 1 })]).toEqual(
        [true, true, false],
      );
      await semaphore.release(2);
      await expect(semaphore.release()).rejects.toThrow(RangeError);
      expect(await (await manager.semaphore(0)).tryAcquire()).toBe(false);
    });

    it("a condition wakes waiters on notifyAll()", async () => {
      const condition = await manager.condition();
      await expect(condition.notify()).rejects.toMatchObject({ code: "ERR_MANYHANDS_LOCK_STATE" });
      await condition.acquire();
      expect(await condition.wait({ timeoutMs: 1 })).toBe(false);
      const waiting = condition.wait();
      await condition.acquire();
      await condition.notifyAll();
      await condition.release();
      expect(await waiting).toBe(true);
      await condition.release();
      await manager.condition(await manager.lock());
    });

    it("a barrier opens when all parties arrive, and breaks when one times out", async () => {
      const calls: string[] = [];
      const barrier = await manager.barrier(3, { action: () => calls.push("open") });
      const passed = await Promise.all([barrier.wait(), barrier.wait(), barrier.wait()]);
      expect([passed.sort(), calls]).toEqual([[0, 1, 2], ["open"]]);
      const giving = [barrier.wait({ timeoutMs: 5 }), barrier.wait()];
      for (const each of await Promise.allSettled(giving))
        expect(each).toMatchObject({ reason: { code: "ERR_MANYHANDS_BROKEN_BARRIER" } });
      expect(await barrier.broken).toBe(true);
      await barrier.reset();
      expect([await barrier.broken, await barrier.parties, await barrier.waiting]).toEqual([false, 3, 0]);
    });

    it("a pool works in a child, which terminates it on disposal", {
      tags: ["TestSyncManagerTypes.test_pool"],
    }, async () => {
      const pool = await manager.pool({ processes: 2, startMethod: "thread" });
      expect(await pool.map((x: number) => x * x, [1, 2, 3])).toEqual([1, 4, 9]);
      expect(await inChild("usePool", pool)).toEqual([5, [3, 7], [2, 4]]);
      await expect(pool.apply((x: number) => x, [1])).rejects.toThrow();
    });

    it("getValue() returns a copy of an object", async () => {
      expect(await getValue(await manager.list([1, 2]))).toEqual([1, 2]);
      expect(await getValue(await manager.dict({ a: 1 }))).toEqual(new Map([["a", 1]]));
      expect(await getValue(await manager.array([1, 2]))).toEqual([1, 2]);
      expect(await getValue(await manager.value("x"))).toBe("x");
      expect(await getValue(await manager.namespace({ y: 1 }))).toEqual({ y: 1 });
      expect(await getValue(await manager.Odd())).toEqual({ left: 0 });
      await expect(getValue(await manager.Counter())).rejects.toThrow(/a Counter cannot be copied/);
      await expect(getValue(await manager.create("Named"))).rejects.toThrow(RemoteError);
      await expect(getValue({})).rejects.toThrow(TypeError);
    });

    it("a proxy stored in another object stays a reference", async () => {
      const inner = await manager.list([1]);
      const outer = await manager.list<unknown>([inner]);
      const same = (await outer.get(0)) as typeof inner;
      await same.append(2);
      expect(await inner.copy()).toEqual([1, 2]);
      expect([await outer.includes(inner), await outer.index(same)]).toEqual([true, 0]);
      const counter = await manager.Counter();
      await inChild("add", counter, 5);
      expect(await counter.count).toBe(5);
    });

    it("objects are removed when 10 000 proxies are disposed", async () => {
      const before = await manager.objectCount();
      for (let i = 0; i < 100; i++) {
        const made = await Promise.all(Array.from({ length: 100 }, () => manager.value(i)));
        for (const each of made) each[Symbol.dispose]();
      }
      expect(await manager.objectCount()).toBeLessThanOrEqual(before);
    });

    it("objects are removed when the garbage collector finds their proxies", async () => {
      const before = await manager.objectCount();
      for (let i = 0; i < 100; i++) await manager.value(i);
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc");
      while ((await manager.objectCount()) > before + 10) collect();
    });
  });

  describe(`the lifecycle of a manager by ${startMethod}`, () => {
    let before: number[];
    beforeAll(() => {
      before = childPids();
    });
    afterEach(() => expectNothingLeft(before));

    it("a context's Manager uses the start method of the context", async () => {
      const { Manager: Bound } = getContext(startMethod);
      expect(Bound.name).toBe("Manager");
      await using manager = await new Bound().start();
      expect(manager.process?.startMethod).toBe(startMethod);
    });

    it("shared memory and lists of a manager are unlinked when it shuts down", async () => {
      let [block, list]: [SharedMemory?, ShareableList?] = [];
      {
        await using manager = await new MyManager({ startMethod }).start();
        block = await manager.sharedMemory(64);
        block.buffer[0] = 7;
        list = await manager.shareableList([1, "two"]);
        expect(new SharedMemory({ name: block.name }).buffer[0]).toBe(7);
        const child = new Process(target("shareMemory"), { startMethod, args: [block, list] });
        expect(await child.start().result()).toEqual([7, "two"]);
        await expect(manager.sharedMemory(0)).rejects.toThrow(RangeError);
      }
      for (const { name } of [block, list.memory]) {
        expect(() => new SharedMemory({ name })).toThrow(FileNotFoundError);
      }
    });

    it("`await using` shuts the manager down at the end of the scope", {
      tags: ["_TestMyManager.test_mymanager_context"],
    }, async () => {
      let manager: MyManager;
      {
        await using own = await new MyManager({ startMethod }).start();
        manager = own;
        const counter = await own.Counter();
        expect(await counter.add()).toBe(1);
        expect(own.process?.isAlive).toBe(true);
      }
      expect(manager.process?.exitCode).toBe(0);
      await manager.shutdown();
    });

    it("a manager starts once, and rejects calls before start() and after shutdown()", async () => {
      const manager = new MyManager({ startMethod });
      await expect(manager.list()).rejects.toThrow(ProcessStateError);
      expect(() => manager.shutdown()).toThrow(ProcessStateError);
      await manager.start();
      await expect(manager.start()).rejects.toThrow(ProcessStateError);
      expect(() => manager.getServer()).toThrow(ProcessStateError);
      const counter = await manager.Counter();
      const waiting = expect(counter.forever()).rejects.toThrow(BrokenPipeError);
      await manager.shutdown();
      await waiting;
      await expect(manager.list()).rejects.toThrow(ProcessStateError);
      await expect(manager.start()).rejects.toThrow(ProcessStateError);
      await expect(counter.add()).rejects.toThrow(BrokenPipeError);
    });

    it("a manager ignores SIGINT and goes on serving", {
      tags: ["_TestSharedMemory.test_shared_memory_SharedMemoryServer_ignores_sigint"],
    }, async () => {
      await using manager = await new MyManager({ startMethod }).start();
      const counter = await manager.Counter();
      for (let count = 1; count <= 3; count++) {
        manager.process?.interrupt();
        expect(await counter.add(1)).toBe(count);
      }
      expect(manager.process?.exitCode).toBe(null);
    });

    it("calls reject at once when the manager's process is killed", async () => {
      const manager = await new MyManager({ startMethod }).start();
      const counter = await manager.Counter();
      const calls = Array.from({ length: 10 }, () => expect(counter.forever()).rejects.toThrow(BrokenPipeError));
      manager.process?.kill();
      await Promise.all(calls);
      await manager.shutdown();
      expect(manager.process?.exitCode).toBe(-9);
    });

    it("start() runs the initializer, and rejects with its error", async () => {
      await using manager = await new MyManager({ startMethod }).start(target("initialize"), ["four"]);
      expect(await ((await manager.create<Counter>("Initialized")) as Proxied<Counter>).count).toBe(4);
      await expect(new MyManager({ startMethod }).start(target("initialize"), ["fail"])).rejects.toThrow(
        "cannot initialize",
      );
    });

    it("start() refuses an initializer that is not a function, and works afterwards", {
      tags: ["TestInitializers.test_manager_initializer"],
    }, async () => {
      await using manager = new MyManager({ startMethod });
      await expect(manager.start(1 as never)).rejects.toThrow(
        "Cannot start a manager: its initializer is number, give",
      );
      await manager.start();
      expect(await manager.objectCount()).toBe(0);
    });

    it("a class can be registered without a module", async () => {
      class Local {
        greet(name: string) {
          return `hello ${name}`;
        }
      }
      class LocalManager extends Manager {
        declare Local: () => Promise<Proxied<Local>>;
      }
      LocalManager.register("Local", Local);
      await using manager = await new LocalManager({ startMethod }).start();
      expect(await (await manager.Local()).greet("you")).toBe("hello you");
    });
  });
}

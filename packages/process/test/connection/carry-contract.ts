import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { getContext, Process, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";

const job = new URL("../fixture/carrying.js", import.meta.url);

/** The contract of pipes and queues that carry shared objects, in the memory of any start method. */
export function carryContract(startMethod: StartMethodName): void {
  const { Condition, Lock, Pipe, Queue, Semaphore, SharedArray, SharedEvent, SimpleQueue } = getContext(startMethod);
  const start = (name: string, ...args: unknown[]) =>
    new Process({ module: job, name }, { startMethod, args, stderr: "pipe" }).start();
  const makeObjects = () => {
    const [mine, end] = Pipe();
    const shared = {
      lock: new Lock(),
      semaphore: new Semaphore(0),
      condition: new Condition(),
      event: new SharedEvent(),
      array: new SharedArray("i32", [41]),
      queue: new Queue<string>(),
      end,
    };
    return { shared, mine };
  };

  describe(`pipes and queues of ${startMethod} that carry shared objects`, () => {
    for (const way of ["recv", "recvSync", "get", "getSync"] as const) {
      it(`${way}() gives a child objects that share their state`, async () => {
        const { shared, mine } = makeObjects();
        const queue = new SimpleQueue();
        const [sender, receiver] = Pipe();
        const isPipe = way.startsWith("recv");
        const child = start("useReceived", isPipe ? receiver : queue, way);
        if (isPipe) sender.sendSync(shared);
        else queue.putSync(shared);
        // Blocks: the child must not need this thread's event loop.
        expect(shared.queue.getSync()).toBe("through the queue");
        expect(mine.recvSync()).toBe("through the pipe");
        expect(await child.result()).toBe(true);
        expect(shared.lock.locked).toBe(true);
        expect(shared.semaphore.tryAcquire()).toBe(true);
        expect(shared.array.get(0)).toBe(42);
        expect(shared.event.isSet).toBe(true);
      });
    }

    it("get() and getSync() give objects of a child that has ended", async () => {
      const queue = new Queue();
      const child = start("sendOwn", queue);
      expect(await child.result()).toBe("sent");
      await child.join();
      const sent = (await queue.get()) as ReturnType<typeof makeObjects>["shared"];
      expect(await sent.queue.get()).toBe("by the child");
      expect(sent.array.get(0)).toBe(7);
      expect(await sent.end.recv()).toBe("kept in the pipe");
      expect(sent.semaphore.tryAcquire()).toBe(true);
      expect(String(queue.getSync())).toBe("SharedEvent(not set)");
      expect(String(await queue.get())).toContain("Condition(");
    });

    it("children pass a lock on while the parent blocks", async () => {
      const queue = new Queue();
      const results = new Queue<string>();
      const isUsed = new SharedEvent();
      const children = [start("useLock", queue, isUsed, results), start("passLock", queue, isUsed)];
      expect(results.getSync()).toBe("used");
      for (const child of children) await child.join();
    });

    it("gives objects to the thread that sent them", async () => {
      const array = new SharedArray("i32", 2);
      const queue = new Queue<typeof array>();
      await queue.put(array);
      queue.putSync(array);
      const [first, second] = [await queue.get(), queue.getSync()];
      first.set(0, 1);
      second.set(1, 2);
      expect(array.slice()).toEqual([1, 2]);
    });

    it("keeps no memory of objects that were received or refused", async () => {
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      const bytes = 2 ** 22;
      const transfers = 50;
      const full = new Queue<unknown>(1);
      full.putSync(0);
      const queue = new Queue<unknown>();
      const results = new Queue<number>();
      const child = start("readArrays", queue, results);
      const before = process.memoryUsage().rss;
      for (let i = 0; i < transfers; i++) {
        const array = new SharedArray("u8", bytes);
        array.typed.fill(i + 1);
        await queue.put(array);
        await expect(full.put(array, { timeoutMs: 0 })).rejects.toThrow("full");
        expect(await results.get()).toBe(i + 1);
      }
      const grown = () => {
        collect();
        return process.memoryUsage().rss - before;
      };
      await expect.poll(grown).toBeLessThan((bytes * transfers) / 2);
      await queue.put(null);
      await child.join();
    });
  });
}

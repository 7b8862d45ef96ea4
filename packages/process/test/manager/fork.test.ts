import { describe, expect, it } from "vitest";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";

const head = `
  import { Manager, Process } from "RUNTIME";
  const secret = Symbol("a captured secret");
  class Counter {
    #count = 0;
    add(by = 1) { return (this.#count += by); }
    secret() { return secret.description; }
    fail() { throw Object.assign(new RangeError("too far"), { code: "E_FAR" }); }
    forever() { return new Promise(() => {}); }
    *upTo(end) { for (let i = 0; i < end; i++) yield i; }
  }
  class MyManager extends Manager {}
  MyManager.register("Counter", Counter);
  const inFork = (target) => new Process(target, { startMethod: "fork" }).start().result();
`;

// Only programs started by the command can fork, so the contract suite, which imports the package, does not run here.
describe.runIf(canFork)("a manager by fork", () => {
  it("hosts types with captured variables; forked children use inherited proxies", async () => {
    const { code, out } = await runForkReady(`${head}
      const manager = await new MyManager({ startMethod: "fork" }).start();
      const counter = await manager.Counter();
      const list = await manager.list(["parent"]);
      console.log(await counter.secret(), await inFork(async () => { await list.append("child"); return counter.add(2); }));
      console.log((await list.copy()).join(), await counter.add(3));
      const error = await counter.fail().catch((error) => error);
      console.log(error.constructor.name, error.code);
      const seen = [];
      for await (const i of await counter.upTo(3)) seen.push(i);
      console.log(seen.join());
      await manager.shutdown();
      console.log(manager.process.exitCode);`);
    expect(out).toEqual(["a captured secret 2", "parent,child 5", "RangeError E_FAR", "0,1,2", "0"]);
    expect(code).toBe(0);
  });

  it("start() waits for requests of Node that a forked child could not end", async () => {
    const { out } = await runForkReady(`${head}
      import { readFile } from "node:fs/promises";
      const reading = readFile(process.argv[1]);
      try { new Process(() => {}, { startMethod: "fork" }).start(); } catch ({ code }) { console.log(code); }
      const manager = await new MyManager({ startMethod: "fork" }).start();
      console.log(await manager.objectCount(), (await reading).length > 0);
      await manager.shutdown();`);
    expect(out).toEqual(["ERR_MANYHANDS_FORK", "0 true"]);
  });

  it.each(["thread", "fork", "spawn"])(
    "a manager by %s keeps an object of which only a forked child has a proxy",
    async (startMethod) => {
      const { out, err } = await runForkReady(`${head}
      const manager = await new MyManager({ startMethod: ${JSON.stringify(startMethod)} }).start();
      const [counter, gate] = [await manager.Counter(), await manager.event()];
      const child = inFork(async () => { await counter.add(4); await gate.set(); await new Promise((resolve) => setTimeout(resolve, 50)); return counter.add(1); });
      await gate.wait();
      counter[Symbol.dispose]();
      console.log(await child);
      while ((await manager.objectCount()) > 1);
      const lock = await manager.lock();
      const holder = new Process(async () => { await lock.acquire(); await new Promise(() => setInterval(() => {}, 1000)); }, { startMethod: "fork" }).start();
      while (!(await lock.locked));
      holder.kill();
      console.log(await lock.acquire({ timeoutMs: 100_000 }));
      await manager.shutdown();`);
      expect({ out, err }).toEqual({ out: ["5", "true"], err: "" });
    },
  );

  it("hosts every standard type, also for forked children", async () => {
    const { out, err } = await runForkReady(`${head}
      const manager = await new Manager({ startMethod: "fork" }).start();
      const [list, dict, set, namespace, value, array] = [await manager.list([1]), await manager.dict({ a: 1 }), await manager.set([1]), await manager.namespace(), await manager.value(1), await manager.array(2)];
      const [queue, joinableQueue, event] = [await manager.queue(), await manager.joinableQueue(), await manager.event()];
      const [lock, rlock, semaphore, boundedSemaphore] = [await manager.lock(), await manager.rlock(), await manager.semaphore(), await manager.boundedSemaphore()];
      const [condition, barrier] = [await manager.condition(lock), await manager.barrier(2)];
      const pool = await manager.pool({ processes: 1, startMethod: "thread" });
      const child = inFork(async () => {
        await list.append(2); await dict.set("b", 2); await set.add(2); await namespace.set("x", 2); await value.set(2); await array.set(1, 2);
        await queue.put(2); await joinableQueue.put(2); await event.set();
        for (const each of [lock, rlock, semaphore, boundedSemaphore]) { await each.acquire(); await each.release(); }
        await condition.acquire(); await condition.notifyAll(); await condition.release();
        await barrier.wait();
        return pool.map((x) => x * 2, [1, 2]);
      });
      await barrier.wait();
      console.log(JSON.stringify([await list.copy(), [...(await dict.copy()).keys()], [...(await set.copy())], await namespace.get("x"), await value.get(), await array.slice()]));
      console.log(JSON.stringify([await queue.get(), await joinableQueue.get(), await event.isSet, await lock.locked, await child]));
      await pool.terminate();
      await manager.shutdown();
      console.log(manager.process.exitCode);`);
    expect({ out, err }).toEqual({
      out: ['[[1,2],["a","b"],[1,2],2,2,[0,2]]', "[2,2,true,false,[2,4]]", "0"],
      err: "",
    });
  });

  it("rejects calls at once when it is killed", async () => {
    const { out } = await runForkReady(`${head}
      const manager = await new MyManager({ startMethod: "fork" }).start();
      const counter = await manager.Counter();
      const calls = [1, 2, 3].map(() => counter.forever().catch((error) => error.code));
      await counter.add();
      manager.process.kill();
      console.log((await Promise.all(calls)).join());
      await manager.shutdown();
      console.log(manager.process.exitCode);`);
    expect(out).toEqual([Array(3).fill("ERR_MANYHANDS_BROKEN_PIPE").join(), "-9"]);
  });
});

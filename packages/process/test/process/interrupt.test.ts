import { describe, expect, it } from "vitest";
import { allMethods, runProgram } from "../fixture/run-program.ts";

// Each wait of the package, as the whole work of a child. An interrupt ends it: the child's `finally` runs.
const waits = `
  const blocking = {
    "Lock.acquireSync()": ({ lock }) => lock.acquireSync(),
    "RLock.acquireSync()": ({ rlock }) => rlock.acquireSync(),
    "Semaphore.acquireSync()": ({ semaphore }) => semaphore.acquireSync(),
    "SharedEvent.waitSync()": ({ never }) => never.waitSync(),
    "Barrier.waitSync()": ({ barrier }) => barrier.waitSync(),
    "Condition.waitSync()": ({ condition }) => { condition.acquireSync(); try { condition.waitSync(); } finally { condition.release(); } },
    "Queue.getSync()": ({ queue }) => queue.getSync(),
    "Queue.getSync() with a long limit": ({ queue }) => queue.getSync({ timeoutMs: 1e6 }),
    "Queue.putSync() on a full queue": ({ full }) => full.putSync(2),
    "Connection.recvSync()": ({ reader }) => reader.recvSync(),
    "Connection.pollSync()": ({ reader }) => reader.pollSync({ timeoutMs: 1e6 }),
  };
  const waiting = {
    "Lock.acquire()": ({ lock }) => lock.acquire(),
    "RLock.acquire()": ({ rlock }) => rlock.acquire(),
    "Semaphore.acquire()": ({ semaphore }) => semaphore.acquire(),
    "SharedEvent.wait()": ({ never }) => never.wait(),
    "Barrier.wait()": ({ barrier }) => barrier.wait(),
    "Condition.wait()": async ({ condition }) => { await condition.acquire(); try { await condition.wait(); } finally { condition.release(); } },
    "Queue.get()": ({ queue }) => queue.get(),
    "Queue.put() on a full queue": ({ full }) => full.put(2),
    "Connection.recv()": ({ reader }) => reader.recv(),
    "wait()": ({ reader }) => wait([reader]),
    "get() of a proxy": ({ hosted }) => hosted.get(),
  };
  const { Process, Lock, RLock, Semaphore, SharedEvent, Barrier, Condition, Queue, Pipe, Manager, wait } = api;
  const writers = [];
  const start = async (blocks, use, manager) => {
    const [lock, rlock, full, [reader, writer]] = [new Lock(), new RLock(), new Queue(1), Pipe()];
    await Promise.all([lock.acquire(), rlock.acquire(), full.put(1)]);
    const shared = { lock, rlock, full, reader, semaphore: new Semaphore(0), never: new SharedEvent(), barrier: new Barrier(2), condition: new Condition(), queue: new Queue() };
    if (manager !== undefined) shared.hosted = await manager.queue();
    // A pipe whose other end is collected as garbage has ended.
    writers.push(writer);
    const [started, finished] = [new SharedEvent(), new SharedEvent()];
    const target = blocks
      ? (use, shared, started, finished) => { started.set(); try { use(shared); } finally { finished.set(); } }
      : async (use, shared, started, finished) => { started.set(); try { await use(shared); } finally { finished.set(); } };
    const child = new Process(target, { args: [use, shared, started, finished], stderr: "ignore" }).start();
    await started.wait();
    return { child, finished, shared };
  };
  const inState = async (child, state) => { while (child.state !== state) await new Promise((resolve) => setTimeout(resolve, 5)); };
  const name = (error) => error.name + (error.message === "Interrupted by SIGINT" ? "" : ": " + error.message);
`;

describe.each(allMethods)("interrupt() of a child by %s", (method) => {
  it.each(["blocking", "waiting"])("ends each %s wait of the package, and the target's finally runs", async (kind) => {
    const { code, out, err } = await runProgram(
      method,
      `${waits}
      const manager = ${kind === "blocking"} ? undefined : await new Manager().start();
      for (const [title, use] of Object.entries(${kind})) {
        const { child, finished, shared } = await start(${kind === "blocking"}, use, manager);
        const result = child.result().catch(name);
        if (process.platform === "linux") await inState(child, "waiting");
        child.interrupt();
        const answer = [await result, await child.join(), finished.isSet].join();
        if (answer !== "InterruptError,1,true") console.log(title, answer);
        // What the child waited for is as if it had never waited.
        if (title.startsWith("Condition")) {
          await shared.condition.acquire({ timeoutMs: 100_000 });
          shared.condition.release();
          if (!String(shared.condition).endsWith("waiting=0)")) console.log(String(shared.condition));
        }
      }
      await manager?.shutdown();
      console.log("all");`,
    );
    expect({ code, out, err }).toEqual({ code: 0, out: ["all"], err: "" });
  });

  it("is caught once, and the child goes on", async () => {
    const { code, out, err } = await runProgram(
      method,
      `${waits}
      const target = async (queue, answers) => {
        answers.put("ready");
        try { queue.getSync(); } catch (error) { answers.put(error.name); }
        try { await queue.get(); } catch (error) { answers.put(error.name); }
        return await queue.get();
      };
      const [queue, answers] = [new Queue(), new Queue()];
      const child = new Process(target, { args: [queue, answers] }).start();
      for (let i = 0; i < 2; i++) {
        console.log(await answers.get());
        child.interrupt();
      }
      console.log(await answers.get());
      await queue.put("value");
      console.log(await child.result(), await child.join());
`,
    );
    expect({ code, out, err }).toEqual({
      code: 0,
      out: ["ready", "InterruptError", "InterruptError", "value 0"],
      err: "",
    });
  });

  it("runs the child's own SIGINT listener during a blocking wait", async () => {
    const { code, out, err } = await runProgram(
      method,
      `${waits}
      const started = new SharedEvent();
      const child = new Process((never, started) => {
        process.on("SIGINT", () => process.exit(42));
        started.set();
        never.waitSync();
      }, { args: [new SharedEvent(), started] }).start();
      child.result().catch(() => {});
      await started.wait();
      child.interrupt();
      console.log(await child.join());
`,
    );
    expect({ code, out, err }).toEqual({ code: 0, out: ["42"], err: "" });
  });
});

describe.each([
  ["thread, spawn and forkserver", allMethods.filter((method) => method !== "fork")],
  ["fork", allMethods.filter((method) => method === "fork")],
])("interrupt() of children by %s that wait for objects which their parent does not have", (_, methods) => {
  it.runIf(methods.length > 0)("wakes them at once, not at their next check", async () => {
    const { code, out, err } = await runProgram(
      methods.length > 1 ? "spawn" : "fork",
      `const waits = {
        "its own lock": (api) => { const lock = new api.Lock(); lock.acquireSync(); lock.acquireSync(); },
        "its own queue": (api) => new api.Queue().getSync(),
        "its own condition": (api) => { const condition = new api.Condition(); condition.acquireSync(); condition.waitSync(); },
      };
      const { SharedEvent, SharedValue } = manyhands.getContext(${JSON.stringify(methods.at(-1))});
      const children = [];
      for (const method of ${JSON.stringify(methods)}) {
        for (const [title, wait] of Object.entries(waits)) {
          const [started, waitedMs] = [new SharedEvent(), new SharedValue("f64", 0)];
          const target = async (method, wait, started, waitedMs) => {
            const { getContext } = await import(${JSON.stringify(import.meta.resolve("@manyhands/process"))});
            const api = getContext(method === "fork" ? undefined : method);
            const since = performance.now();
            started.set();
            try { wait(api); } finally { waitedMs.value = performance.now() - since; }
          };
          const child = new manyhands.Process(target, { args: [method, wait, started, waitedMs], startMethod: method, stderr: "ignore" }).start();
          children.push({ name: method + ", " + title, child, started, waitedMs });
        }
      }
      for (const { started } of children) await started.wait();
      // By themselves they check 50 ms after they fell asleep, and twice as long each time: at 6.35 s, at 12.75 s.
      await new Promise((resolve) => setTimeout(resolve, 6800));
      for (const { name, child, waitedMs } of children) {
        child.interrupt();
        const answer = await child.result().catch((error) => error.name);
        if (answer !== "InterruptError" || waitedMs.value > 12_000) console.log(name, answer, waitedMs.value);
      }
      console.log("all");`,
    );
    expect({ code, out, err }).toEqual({ code: 0, out: ["all"], err: "" });
  });
});

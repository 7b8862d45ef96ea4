import { Barrier, BrokenBarrierError, getContext, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { encode } from "../../src/codec/encode.ts";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";

// Programs of their own: vitest cannot be forked, and actions are functions of the main module as users write them.
const methods: StartMethodName[] = canFork ? ["thread", "spawn", "forkserver", "fork"] : ["thread", "spawn"];

describe.each(methods)("the action of a Barrier of %s", (startMethod) => {
  const program = (text: string) =>
    runForkReady(`
      import { getContext, Pool, Process, ProcessPoolExecutor } from "RUNTIME";
      import { setTimeout as sleep } from "node:timers/promises";
      const startMethod = ${JSON.stringify(startMethod)};
      const { Barrier, SharedValue, SharedArray } = getContext(startMethod);
      const ran = new SharedValue("i32", 0);
      const add = () => { ran.value += 1; };
      const child = (target, args = []) => new Process(target, { startMethod, args }).start();
      const nameOf = (error) => error.name + ": " + error.message;
      const text = (value) => console.log(JSON.stringify(value));
      ${text}`);

  it("runs once a round, in whichever party arrives last", async () => {
    const { out, err } = await program(`
      const barrier = new Barrier(3, { action: add });
      const party = async (wait, rounds) => {
        let early = 0;
        for (let round = 1; round <= rounds; round++) {
          await barrier[wait]();
          if (ran.value < round) early += 1;
        }
        return early;
      };
      const children = [child(party, ["wait", 10]), child(party, ["waitSync", 10])];
      text([await party("wait", 10), ...(await Promise.all(children.map((each) => each.result())))]);
      text(ran.value);
      // Both parties are children, so the last one is.
      const pair = new Barrier(2, { action: add });
      await Promise.all([1, 2].map(() => child(async (given) => { await given.wait(); }, [pair]).join()));
      text(ran.value);
      const passOn = async (given) => new Process(async () => { await given.wait(); }, { startMethod }).start().join();
      await Promise.all([child(passOn, [pair]).join(), pair.wait()]);
      text(ran.value);`);
    expect({ out, err }).toEqual({ out: ["[0,0,0]", "10", "11", "12"], err: "" });
  });

  it("runs in the workers of a pool and of an executor", async () => {
    const { out, err } = await program(`
      const barrier = new Barrier(2, { action: add });
      const pool = new Pool({ processes: 2, startMethod });
      text((await pool.map(async (given) => given.wait(), [barrier, barrier], { chunkSize: 1 })).sort());
      text((await pool.map(async () => barrier.wait(), [1, 2], { chunkSize: 1 })).sort());
      await pool.terminate();
      const executor = new ProcessPoolExecutor({ maxWorkers: 2, startMethod });
      text((await Promise.all([1, 2].map(() => executor.submit(async () => barrier.wait())))).sort());
      await executor.shutdown();
      text(ran.value);`);
    expect({ out, err }).toEqual({ out: ["[0,1]", "[0,1]", "[0,1]", "3"], err: "" });
  });

  it("is awaited before any party continues", async () => {
    const { out, err } = await program(`
      const barrier = new Barrier(2, { action: async () => { await sleep(30); add(); } });
      const party = async () => { await barrier.wait({ timeoutMs: 100_000 }); return ran.value; };
      text(await Promise.all([party(), child(party).result()]));
      text(await Promise.all([child(party).result(), child(party).result()]));`);
    expect({ out, err }).toEqual({ out: ["[1,1]", "[2,2]"], err: "" });
  });

  it("rejects in the party that ran it and breaks the barrier for the others when it fails", async () => {
    const { out, err } = await program(`
      const party = async (barrier) => {
        const errors = [];
        for (let i = 0; i < 2; i++) await barrier.wait().catch((error) => errors.push(error.name));
        return errors;
      };
      for (const action of [() => { add(); throw new RangeError("failed"); }, async () => { await null; add(); throw new RangeError("failed"); }]) {
        const barrier = new Barrier(2, { action });
        text((await Promise.all([child(party, [barrier]).result(), child(party, [barrier]).result()])).map(String).sort());
        text([barrier.broken, ran.value]);
      }`);
    const errors = '["BrokenBarrierError,BrokenBarrierError","RangeError,BrokenBarrierError"]';
    expect({ out, err }).toEqual({ out: [errors, "[true,1]", errors, "[true,2]"], err: "" });
  });

  it("may use the barrier that it belongs to", async () => {
    const { out, err } = await program(`
      const seen = new SharedArray("i32", 2);
      const barrier = new Barrier(2, { action: () => { seen.set(0, barrier.parties); seen.set(1, barrier.waiting); } });
      await Promise.all([1, 2].map(() => child(async () => { await barrier.wait(); }).join()));
      text([...seen]);`);
    expect({ out, err }).toEqual({ out: ["[2,2]"], err: "" });
  });

  it.skipIf(startMethod === "fork")("is refused when the barrier is sent and it cannot be sent", async () => {
    const { out, err } = await program(`
      const socket = new (await import("node:net")).Socket();
      const report = () => socket.write("all here");
      const barrier = new Barrier(2, { action: report });
      const start = (target, args) => { try { child(target, args); } catch (error) { console.log(nameOf(error)); } };
      start((given) => given.waitSync(), [barrier]);
      start(() => barrier.waitSync(), []);
      // The fix that the message names.
      const made = new Barrier(2, { action: () => { new (process.getBuiltinModule("node:net").Socket)(); add(); } });
      await Promise.all([1, 2].map(() => child(async () => { await made.wait(); }).join()));
      text(ran.value);`);
    const where = startMethod === "thread" ? "thread" : "process";
    const refusal = new RegExp(
      `^TargetError: Cannot send the Barrier with the function "report": captured variable "socket" \\(Socket\\) cannot be copied to another ${where}; make it inside of the function`,
    );
    expect(out).toEqual([expect.stringMatching(refusal), expect.stringMatching(refusal), "1"]);
    expect(err).toBe("");
  });

  it("is refused in waitSync() when it is asynchronous", async () => {
    const { out, err } = await program(`
      const sync = (given) => { try { return given.waitSync({ timeoutMs: 100_000 }); } catch (error) { return nameOf(error); } };
      text(sync(new Barrier(1, { action: async () => add() })));
      const hidden = new Barrier(1, { action: () => (async () => { throw new Error("unhandled"); })() });
      text([sync(hidden), hidden.broken]);
      text(await child(sync, [new Barrier(1, { action: async () => {} })]).result());`);
    const refusal = expect.stringMatching(
      /TypeError: Cannot wait at the Barrier by waitSync\(\): its action is asynchronous, .*write await barrier\.wait\(\)/,
    );
    expect(out).toEqual([refusal, refusal, refusal]);
    expect(out[1]).toMatch(/,true\]$/);
    expect(err).toBe("");
  });
});

describe("the action of a Barrier", () => {
  const pending = () => {
    let end: () => void = () => {};
    const promise = new Promise<void>((resolve) => {
      end = resolve;
    });
    return { promise, end };
  };

  it("is not limited by the parties' timeouts, which are for the arrival of the others", async () => {
    const action = pending();
    const barrier = new Barrier(2, { action: () => action.promise, timeoutMs: 5 });
    const waits = [barrier.wait({ timeoutMs: 100_000 }), barrier.wait({ timeoutMs: 0 })];
    await new Promise((resolve) => setImmediate(resolve));
    const next = barrier.wait();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(barrier.broken).toBe(false);
    action.end();
    expect((await Promise.all(waits)).sort()).toEqual([0, 1]);
    await expect(next).rejects.toThrow(BrokenBarrierError);
  });

  it("ends for all parties when a wait is aborted while it runs", async () => {
    for (const aborts of [0, 1]) {
      const action = pending();
      const barrier = new Barrier(2, { action: () => action.promise });
      const abort = new AbortController();
      const options = [0, 1].map((i) => (i === aborts ? { signal: abort.signal } : {}));
      const outcomes = Promise.allSettled(options.map((each) => barrier.wait(each)));
      await new Promise((resolve) => setImmediate(resolve));
      abort.abort(new Error("no more"));
      await new Promise((resolve) => setImmediate(resolve));
      expect(barrier.broken).toBe(true);
      action.end();
      const reasons = (await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason);
      expect(reasons[aborts].message).toBe("no more");
      expect(reasons[1 - aborts]).toBeInstanceOf(BrokenBarrierError);
    }
  });

  it("runs in the async context of the wait that runs it", async () => {
    const { AsyncLocalStorage } = await import("node:async_hooks");
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const barrier = new Barrier(2, { action: () => seen.push(storage.getStore()) });
    await Promise.all(["first", "last"].map((name) => storage.run(name, () => barrier.wait())));
    expect(seen).toEqual(["last"]);
  });

  it("is sent with the barrier through a queue", async () => {
    const spawn = getContext("spawn");
    const queue = new spawn.Queue<Barrier>();
    const ran = new spawn.SharedValue("i32", 0);
    const barrier = new spawn.Barrier(2, {
      action: () => {
        ran.value += 1;
      },
    });
    await queue.put(barrier);
    const received = await queue.get();
    await Promise.all([barrier.wait(), received.wait()]);
    await Promise.all([received.wait(), barrier.wait()]);
    expect(ran.value).toBe(2);
    await queue[Symbol.asyncDispose]();
  });

  it("is refused by messages that cannot hold functions, with the way that works", () => {
    const barrier = new (getContext("spawn").Barrier)(2, { action: () => {} });
    expect(() => encode({ barrier }, { reach: "process", path: "value", transferList: [] })).toThrow(
      /Cannot send the Barrier: it calls the function "action", .*pass the Barrier in the args of a Process/,
    );
  });

  it("must be a function", () => {
    expect(() => new Barrier(2, { action: "report" as never })).toThrow(/its action is string, write a function/);
  });
});

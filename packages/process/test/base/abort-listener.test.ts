import { getEventListeners } from "node:events";
import { getContext, type StartMethodName, wait } from "@manyhands/process";
import { describe, expect, it, vi } from "vitest";
import { onAbort } from "../../src/base/abort-listener.ts";
import { job } from "../pool/job.ts";

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

it("onAbort() calls all callbacks of a signal in order, with one listener, and none that was removed", () => {
  const controller = new AbortController();
  const { signal } = controller;
  const called: number[] = [];
  const removals = [0, 1, 2, 3].map((n) =>
    onAbort(signal, () => {
      called.push(n);
      if (n === 0) removals[2]?.();
    }),
  );
  expect(listeners(signal)).toBe(1);
  removals[1]?.();
  removals[1]?.();
  controller.abort();
  expect(called).toEqual([0, 3]);
  expect(listeners(signal)).toBe(0);
  expect(() => removals[0]?.()).not.toThrow();
});

it("onAbort() keeps no listener when all callbacks were removed, and takes new ones", () => {
  const controller = new AbortController();
  const callback = vi.fn();
  onAbort(controller.signal, callback)();
  expect(listeners(controller.signal)).toBe(0);
  onAbort(controller.signal, callback);
  controller.abort();
  expect(callback).toHaveBeenCalledTimes(1);
  expect(() => onAbort(undefined, callback)()).not.toThrow();
});

it("onAbort() calls back in a microtask for a signal that has aborted, unless the callback was removed", async () => {
  const [called, removed] = [vi.fn(), vi.fn()];
  onAbort(AbortSignal.abort(), called);
  onAbort(AbortSignal.abort(), removed)();
  expect(called).not.toHaveBeenCalled();
  await Promise.resolve();
  expect(called).toHaveBeenCalledTimes(1);
  expect(removed).not.toHaveBeenCalled();
});

describe.each<StartMethodName>(["thread", "spawn"])("one signal for many waits by %s", (method) => {
  it("has one listener, ends all of them and causes no warning", async () => {
    const { Process, Pool, ProcessPoolExecutor, Manager, ...api } = getContext(method);
    const warned = vi.fn();
    process.on("warning", warned);
    const controller = new AbortController();
    const { signal } = controller;
    const repeated = <T>(make: () => T) => Array.from({ length: 11 }, make);
    const pool = new Pool(1);
    const manager = await new Manager().start();
    const proxy = await manager.queue();
    const lock = new api.Lock();
    await lock.acquire();
    const condition = new api.Condition();
    await condition.acquire();
    const [reader, writer] = api.Pipe();
    const child = new Process(job("sleepMs"), { args: [2 ** 30] }).start();
    const waits: Promise<unknown>[] = repeated(() => [
      pool.apply(job("square"), [1], { signal }),
      pool.map(job("square"), [1, 2], { signal }),
      pool.imap(job("square"), [1], { signal, bufferSize: 1 }).next(),
      lock.acquire({ signal }),
      new api.Queue().get({ signal }),
      new api.SharedEvent().wait({ signal }),
      new api.Semaphore(0).acquire({ signal }),
      new api.Barrier(2).wait({ signal }),
      reader.recv({ signal }),
      wait([reader], { signal }),
      child.join({ signal }),
      child.result({ signal }),
      proxy.get({ signal }),
    ]).flat();
    waits.push(condition.wait({ signal }), new Process(job("sleepMs"), { args: [2 ** 30], signal }).start().result());
    const settled = Promise.allSettled(waits);
    expect(listeners(signal)).toBeLessThanOrEqual(2);
    controller.abort(new Error("enough"));
    for (const outcome of await settled) expect(outcome.status === "fulfilled" || outcome.reason).toBeTruthy();
    expect(listeners(signal)).toBe(0);
    child.kill();
    await child.join();
    await pool.terminate();
    await pool.join();
    await manager.shutdown();
    writer.close();
    reader.close();
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", warned);
    expect(warned.mock.calls.map(([warning]) => String(warning))).toEqual([]);
  });
});

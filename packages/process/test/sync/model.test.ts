import { getContext, type StartMethodName } from "@manyhands/process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

// Each primitive behaves as a simple model of it, for any sequence of calls.
const methods: StartMethodName[] = ["thread", "spawn"];
const runs = { numRuns: 60 };

describe.each(methods)("in memory of %s,", (method) => {
  const { BoundedSemaphore, Lock, Queue, RLock, Semaphore, SharedEvent } = getContext(method);

  it("a Lock behaves as a boolean", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("try", "sync", "release")), (calls) => {
        const lock = new Lock();
        let held = false;
        for (const call of calls) {
          if (call === "release") {
            if (held) lock.release();
            else expect(() => lock.release()).toThrow();
            held = false;
          } else {
            expect(call === "try" ? lock.tryAcquire() : lock.acquireSync({ timeoutMs: 0 })).toBe(!held);
            held = true;
          }
          expect(lock.locked).toBe(held);
        }
      }),
      runs,
    );
  });

  it("an RLock behaves as a depth", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (calls) => {
        const lock = new RLock();
        let depth = 0;
        for (const acquires of calls) {
          if (acquires) {
            expect(lock.tryAcquire()).toBe(true);
            depth += 1;
          } else if (depth > 0) {
            lock.release();
            depth -= 1;
          } else expect(() => lock.release()).toThrow();
          expect(lock.locked).toBe(depth > 0);
        }
      }),
      runs,
    );
  });

  it("a Semaphore behaves as a counter", () => {
    fc.assert(
      fc.property(fc.nat(3), fc.boolean(), fc.array(fc.boolean()), (start, bounded, calls) => {
        const semaphore = bounded ? new BoundedSemaphore(start) : new Semaphore(start);
        let value = start;
        for (const acquires of calls) {
          if (acquires) {
            expect(semaphore.tryAcquire()).toBe(value > 0);
            value = Math.max(0, value - 1);
          } else if (bounded && value === start) expect(() => semaphore.release()).toThrow(RangeError);
          else {
            semaphore.release();
            value += 1;
          }
          expect(semaphore.value).toBe(value);
        }
      }),
      runs,
    );
  });

  it("a SharedEvent behaves as a flag", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("set", "clear", "wait")), (calls) => {
        const event = new SharedEvent();
        let isSet = false;
        for (const call of calls) {
          if (call === "wait") expect(event.waitSync({ timeoutMs: 0 })).toBe(isSet);
          else {
            event[call as "set" | "clear"]();
            isSet = call === "set";
          }
          expect(event.isSet).toBe(isSet);
        }
      }),
      runs,
    );
  });

  it("a Queue behaves as a list for values of all types", () => {
    const value = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
      fc.string({ unit: "binary", maxLength: 300 }),
    );
    fc.assert(
      fc.property(fc.nat(4), fc.array(fc.option(value, { nil: undefined, freq: 2 })), (maxSize, calls) => {
        const queue = new Queue(maxSize);
        const model: unknown[] = [];
        for (const [i, call] of calls.entries()) {
          if (i % 3 === 2)
            expect(queue.tryGet()).toEqual(model.length > 0 ? { value: structuredClone(model.shift()) } : undefined);
          else {
            const fits = maxSize === 0 || model.length < maxSize;
            expect(queue.tryPut(call)).toBe(fits);
            if (fits) model.push(call);
          }
          expect(queue.size).toBe(model.length);
          expect(queue.isFull).toBe(maxSize > 0 && model.length === maxSize);
        }
      }),
      runs,
    );
  });
});

import { getContext, Manager, type StartMethodName } from "@manyhands/process";
import { type LockableMaker, lockableContract } from "./lockable-contract.ts";
import { processMethod, sharing } from "./sharing.ts";

const inMemory = (startMethod: StartMethodName) => (): LockableMaker => {
  const { Lock, RLock, Semaphore, BoundedSemaphore, Condition, SharedEvent, Barrier, SharedArray, SharedValue, start } =
    sharing(startMethod);
  return {
    lock: () => new Lock(),
    rlock: () => new RLock(),
    semaphore: (value) => new Semaphore(value),
    boundedSemaphore: (value) => new BoundedSemaphore(value),
    condition: (lock) => new Condition(lock as never),
    event: () => new SharedEvent(),
    barrier: (parties, options) => new Barrier(parties, options),
    array: (length) => new SharedArray("i32", length, { lock: false }),
    counter: () => new SharedValue("i32", 0),
    start,
    close: () => {},
  };
};

const inManager = (startMethod: StartMethodName) => async (): Promise<LockableMaker> => {
  const manager = await new Manager({ startMethod }).start();
  const { SharedArray, SharedValue } = getContext(startMethod);
  return {
    lock: () => manager.lock(),
    rlock: () => manager.rlock(),
    semaphore: (value) => manager.semaphore(value),
    boundedSemaphore: (value) => manager.boundedSemaphore(value),
    condition: (lock) => manager.condition(lock as never),
    event: () => manager.event(),
    barrier: (parties, options) => manager.barrier(parties, options),
    array: (length) => new SharedArray("i32", length, { lock: false }),
    counter: () => new SharedValue("i32", 0),
    start: sharing(startMethod).start,
    close: () => manager.shutdown(),
  };
};

for (const method of ["thread", processMethod] as const)
  lockableContract(`in the memory of ${method}`, inMemory(method));
for (const method of ["thread", "spawn"] as const) lockableContract(`in a manager by ${method}`, inManager(method));

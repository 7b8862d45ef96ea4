import type { Control } from "./control.ts";
import { operations } from "./journal.ts";
import type { Scheduler } from "./scheduler.ts";

const real = Atomics;

type Words = Int32Array<ArrayBufferLike>;
type Change = (words: Words, index: number, value: number) => number;

/**
 * Replaces `Atomics` in this thread. Each operation on the shared memory becomes a step of the schedule, and waits
 * and wakes only there. Operations on other memory stay as they are.
 *
 * @param onWatch called with the place of a new watch, and what resolves its promise.
 */
export function replaceAtomics(
  memory: SharedArrayBuffer,
  scheduler: Scheduler,
  control: Control,
  onWatch: (place: number, resolve: (result: "ok") => void) => void,
): void {
  const { me, history, sleepers } = scheduler;
  const note = (operation: keyof typeof operations, index: number, result: number) =>
    control.addToJournal(me, operations[operation], index, result);

  const change =
    (name: keyof typeof operations, apply: Change): Change =>
    (words, index, value) => {
      if (words.buffer !== memory) return apply(words, index, value);
      scheduler.step();
      const before = real.load(words, index);
      const result = apply(words, index, value);
      if (real.load(words, index) === before) history.read(me, index);
      else history.write(me, index);
      note(name, index, result);
      return result;
    };

  const compareExchange = (words: Words, index: number, expected: number, value: number) => {
    if (words.buffer !== memory) return real.compareExchange(words, index, expected, value);
    scheduler.step();
    const seen = real.compareExchange(words, index, expected, value);
    if (seen === expected && expected !== value) history.write(me, index);
    else history.read(me, index);
    note("compareExchange", index, seen);
    return seen;
  };

  const load = (words: Words, index: number) => {
    if (words.buffer !== memory) return real.load(words, index);
    scheduler.step();
    const seen = real.load(words, index);
    history.read(me, index);
    note("load", index, seen);
    return seen;
  };

  const wait = (words: Words, index: number, value: number, timeoutMs = Number.POSITIVE_INFINITY) => {
    if (words.buffer !== memory) return real.wait(words, index, value, timeoutMs);
    scheduler.step();
    // Not a read: it does not commute with the other thread's `notify`.
    history.write(me, index);
    note("wait", index, real.load(words, index));
    if (real.load(words, index) !== value) return "not-equal";
    return scheduler.sleep(index, timeoutMs) ? "ok" : "timed-out";
  };

  const waitAsync = (words: Words, index: number, value: number, timeoutMs?: number) => {
    if (words.buffer !== memory) return real.waitAsync(words, index, value, timeoutMs);
    if (timeoutMs !== undefined)
      throw new Error("Cannot watch with a timeout: the schedule has none for Atomics.waitAsync");
    scheduler.step();
    history.write(me, index);
    note("waitAsync", index, real.load(words, index));
    if (real.load(words, index) !== value) return { async: false, value: "not-equal" };
    const place = sleepers.addWatch(me, index);
    return { async: true, value: new Promise<"ok">((resolve) => onWatch(place, resolve)) };
  };

  const notify = (words: Words, index: number, count = Number.POSITIVE_INFINITY) => {
    if (words.buffer !== memory) return real.notify(words, index, count);
    scheduler.step();
    history.write(me, index);
    const woken = sleepers.wake(index, count);
    note("notify", index, woken);
    return woken;
  };

  const stepped = {
    add: change("add", real.add),
    and: change("and", real.and),
    exchange: change("exchange", real.exchange),
    or: change("or", real.or),
    store: change("store", real.store),
    sub: change("sub", real.sub),
    xor: change("xor", real.xor),
    compareExchange,
    load,
    wait,
    waitAsync,
    notify,
  };
  // What is left out, such as `isLockFree`, is the real one.
  globalThis.Atomics = Object.setPrototypeOf(stepped, real);
}

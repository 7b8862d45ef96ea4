// One of many waiters: it does its share of a piece of work as often as the benchmark asks for it.
import { openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";

const own = { ready: 0, done: 1, stop: 2, token: 3, answer: 4 };

/** Waits for work, such as `{ work: "lock", times: 50, total: 100 }`, until it gets "end". */
export async function wait(index, control, shared) {
  for (let order = control.getSync(); order !== "end"; order = control.getSync()) {
    longestMs = 0;
    await works[order.work](shared, order, index);
    shared.longest.typed[index] = longestMs;
    shared.ended.putSync(index);
  }
}

/** The longest wait of this waiter in the present piece of work. */
let longestMs = 0;

/** Runs a wait, and keeps the longest time that one takes. */
function timed(wait) {
  const began = performance.now();
  const value = wait();
  longestMs = Math.max(longestMs, performance.now() - began);
  return value;
}

const isReady = ({ words }) => Atomics.add(words.typed, own.ready, 1);

/** Counts an operation, and reports the last one. */
function count({ words, finished }, total) {
  if (Atomics.add(words.typed, own.done, 1) + 1 === total) finished.release();
}

const works = {
  put(shared, { times }, index) {
    isReady(shared);
    for (let i = 0; i < times; i++) timed(() => shared.bounded.putSync(index * 100_000 + i));
  },
  async "put, async"(shared, { times }, index) {
    isReady(shared);
    for (let i = 0; i < times; i++) await shared.bounded.put(index * 100_000 + i);
  },
  get(shared) {
    isReady(shared);
    const next = () => timed(() => shared.jobs.getSync());
    for (let value = next(); value !== -1; value = next()) shared.answers.putSync(value);
  },
  async "get, async"(shared) {
    isReady(shared);
    for (let value = await shared.jobs.get(); value !== -1; value = await shared.jobs.get())
      shared.answers.putSync(value);
  },
  pipe(shared) {
    isReady(shared);
    const [, end] = shared.pipe;
    for (let value = end.recvSync(); value !== -1; value = end.recvSync()) end.sendSync(value);
  },
  lock(shared, { times, total }) {
    isReady(shared);
    for (let i = 0; i < times; i++) {
      shared.lock.acquireSync();
      count(shared, total);
      shared.lock.release();
    }
  },
  semaphore(shared, { times, total }) {
    isReady(shared);
    for (let i = 0; i < times; i++) {
      timed(() => shared.semaphore.acquireSync());
      count(shared, total);
      shared.semaphore.release();
    }
  },
  condition(shared) {
    const { condition, words, answers } = shared;
    condition.acquireSync();
    isReady(shared);
    for (;;) {
      timed(() => condition.waitSync());
      if (words.typed[own.stop] === 1) break;
      answers.putSync(1);
    }
    condition.release();
  },
  event(shared, { times, total }) {
    for (let i = 0; i < times; i++) {
      isReady(shared);
      shared.events[i % 2].waitSync();
      count(shared, (total / times) * (i + 1));
    }
  },
  async join(shared, { times, total }) {
    for (let i = 0; i < times; i++) {
      isReady(shared);
      await shared.joinables[i % 2].join();
      count(shared, (total / times) * (i + 1));
    }
  },
  barrier(shared, { times, total }) {
    for (let i = 0; i < times; i++) {
      isReady(shared);
      shared.barriers[total / times].waitSync();
      count(shared, (total / times) * (i + 1));
    }
  },
  // What the system offers to threads and to processes, without any of this package.
  "bare get"(shared, _, index) {
    const words = shared.words.typed;
    if (shared.folder !== undefined) {
      getBare(shared, index);
      return;
    }
    isReady(shared);
    for (;;) {
      const seen = Atomics.load(words, own.token);
      if (seen < 0) return;
      if (seen === 0) Atomics.wait(words, own.token, 0);
      else if (Atomics.compareExchange(words, own.token, seen, 0) === seen) {
        Atomics.store(words, own.answer, seen);
        Atomics.notify(words, own.answer);
      }
    }
  },
};

/** Two system calls for each answer: each waiter reads a named pipe of its own, and writes to the same one. */
function getBare(shared, index) {
  const [waker, answers] = pipesOf(shared.folder, index);
  const byte = Buffer.alloc(1);
  isReady(shared);
  for (readSync(waker, byte); shared.words.typed[own.stop] === 0; readSync(waker, byte)) writeSync(answers, byte);
}

let pipes;

function pipesOf(folder, index) {
  pipes ??= [String(index), "answers"].map((name) => openSync(join(folder, name), "r+"));
  return pipes;
}

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PriorityQueue } from "../../src/pool/schedule/priority-queue.ts";
import { Task } from "../../src/pool/schedule/task.ts";
import { TaskQueue } from "../../src/pool/schedule/task-queue.ts";
import type { KnownFunction } from "../../src/pool/wire/known-function.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

const fn = { name: "f" } as KnownFunction;
const task = (priority = 0) => new Task({ fn, kind: "call", call: "apply", input: [], priority, onSettled: () => {} });

it("a PriorityQueue gives tasks of a higher priority first, and keeps their order within a priority", () => {
  const queue = new PriorityQueue();
  const tasks = Array.from({ length: 500 }, (_, i) => task((i * 7919) % 13));
  for (const each of tasks) queue.push(each);
  const sorted = [...tasks].sort((a, b) => b.priority - a.priority || a.id - b.id);
  expect(Array.from(tasks, () => queue.shift())).toEqual(sorted);
  expect(queue.shift()).toBeUndefined();
});

it("a PriorityQueue keeps the order of queueing among tasks of the greatest number, or of the least", () => {
  for (const priority of [Number.MAX_VALUE, -Number.MAX_VALUE]) {
    const queue = new PriorityQueue();
    const tasks = Array.from({ length: 100 }, () => task(priority));
    for (const each of tasks) queue.push(each);
    expect(Array.from(tasks, () => queue.shift())).toEqual(tasks);
  }
});

it("a task that has waited a second is before a later one of the next higher priority", () => {
  const queue = new PriorityQueue();
  const old = task(0);
  vi.advanceTimersByTime(1001);
  const higher = task(1);
  const highest = task(2);
  for (const each of [old, higher, highest]) queue.push(each);
  expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([highest, old, higher]);
});

it("a TaskQueue does not count or keep tasks that are settled in it", () => {
  const queue = new TaskQueue(() => {});
  const first = task();
  queue.push(first);
  const others = Array.from({ length: 1000 }, (_, i) => task(i % 3));
  for (const each of others) queue.push(each);
  for (const each of others) each.settle({ error: null });
  expect([queue.size, queue.take(), queue.take(), queue.size]).toEqual([1, first, undefined, 0]);
});

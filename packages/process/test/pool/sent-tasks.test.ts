import { expect, it, onTestFinished, vi } from "vitest";
import { SentTasks } from "../../src/pool/schedule/sent-tasks.ts";
import type { Task } from "../../src/pool/schedule/task.ts";

const task = (id: number, longMs?: number) =>
  ({ id, items: 1, isExclusive: false, spec: { fn: { longMs, meanMs: longMs } } }) as never as Task;

it("nothing is sent ahead behind a task of unknown duration, however long the round trip becomes", () => {
  let roundTripMs = 0;
  const sent = new SentTasks(1, () => roundTripMs);
  sent.add(task(1, 1), false);
  expect(sent.isFull).toBe(false);
  sent.add(task(2), false);
  roundTripMs = 50;
  expect([sent.isLow, sent.isFull]).toEqual([false, true]);
  sent.remove(2);
  expect([sent.isLow, sent.isFull]).toEqual([true, false]);
});

it("over a slow connection, as much more is sent ahead as its round trips take", () => {
  vi.spyOn(performance, "now").mockReturnValue(0);
  onTestFinished(() => void vi.restoreAllMocks());
  const mostOver = (roundTripMs: number) => {
    const sent = new SentTasks(1, () => roundTripMs);
    while (!sent.isFull) sent.add(task(sent.tasks.length, 0.5), false);
    return sent.tasks.length;
  };
  expect([0, 1, 10].map(mostOver)).toEqual([4, 8, 44]);
});

it("over a slow connection, more is sent before the answer to a long task, as its time is known", () => {
  const now = vi.spyOn(performance, "now").mockReturnValue(0);
  onTestFinished(() => void vi.restoreAllMocks());
  const sent = new SentTasks(1, () => 10);
  sent.add(task(1, 100), false);
  expect([sent.isLow, sent.isFull, sent.lowInMs]).toEqual([false, true, 89]);
  now.mockReturnValue(89);
  expect([sent.isLow, sent.isFull, sent.lowInMs]).toEqual([true, false, 0]);
  sent.add(task(2, 100), false);
  expect([sent.isLow, sent.isFull]).toEqual([false, true]);
  // It takes longer than expected: no more than a few tasks are sent behind it.
  now.mockReturnValue(500);
  expect([sent.isLow, sent.isFull]).toEqual([false, true]);
  const local = new SentTasks(1, () => 0);
  local.add(task(1, 100), false);
  expect(local.lowInMs).toBe(0);
});

import { expect, it } from "vitest";
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

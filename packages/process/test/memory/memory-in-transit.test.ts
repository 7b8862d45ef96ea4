import { expect, it } from "vitest";
import { collectRollbacks } from "../../src/base/send-rollback.ts";
import {
  holdMemory,
  keepMemoryInTransit,
  takeMemory,
  takeMemorySync,
} from "../../src/memory/transit/memory-in-transit.ts";

const self = { name: "table", selfId: 1 };
const memory = [new SharedArrayBuffer(4)];
keepMemoryInTransit(self.name);

it("memory is received once for each time that it was sent", async () => {
  const [first, second] = [holdMemory(memory, self), holdMemory(memory, self)];
  expect(await takeMemory(first, self)).toBe(memory);
  await expect(takeMemory(first, self)).rejects.toThrow("send it once for each receiver");
  expect(takeMemorySync(second, self)).toBe(memory);
});

it("memory is not held after a rollback", () => {
  const { message: ticket, rollback } = collectRollbacks(() => holdMemory(memory, self));
  rollback();
  expect(() => takeMemorySync(ticket, self)).toThrow("another thread has received it");
});

import { Queue } from "@manyhands/process";
import { expect, it } from "vitest";
import { carryContract } from "./carry-contract.ts";

carryContract("thread");

it("a queue of threads carries a SharedArrayBuffer and views of it, which share their memory", async () => {
  const queue = new Queue<{ memory: SharedArrayBuffer; views: ArrayBufferView[] }>();
  const memory = new SharedArrayBuffer(16);
  const sent = [new Uint16Array(memory, 2, 3), new DataView(memory, 4), Buffer.from(memory as never, 1, 5)];
  await queue.put({ memory, views: sent });
  const got = await queue.get();
  got.views.forEach((view, i) => {
    expect(view.constructor).toBe(sent[i]?.constructor);
    expect([view.byteOffset, view.byteLength]).toEqual([sent[i]?.byteOffset, sent[i]?.byteLength]);
    expect(view.buffer).toBe(got.memory);
  });
  new Uint8Array(got.memory)[3] = 9;
  expect(new Uint8Array(memory)[3]).toBe(9);
});

import type { SharedArray } from "@manyhands/process";
import type { Size } from "../../kernel/kernel.ts";
import { collectGarbage } from "../machine/collect-garbage.ts";
import { ignoreInterrupts } from "../machine/ignore-interrupts.ts";
import { pinThread } from "../machine/pin-thread.ts";
import { warmUp } from "../machine/warm-up-run.ts";
import { type KernelReference, loadKernel } from "./load-kernel.ts";
import { timedWork } from "./timed-work.ts";

/** The end of a Pipe, as far as a crew uses it. */
export interface Line {
  send(value: unknown): Promise<void>;
  recv(): Promise<unknown>;
  sendSync(value: unknown): void;
  recvSync(): unknown;
  close(): void;
}

/** What a member of a process crew is given. */
export interface ProcessSeat {
  readonly kernel: KernelReference;
  readonly size: Size;
  readonly warmUpNs: number;
  /** The CPU to stay on. */
  readonly cpu?: number | undefined;
  readonly line: Line;
  /** One word: the number of the next chunk that a shared order hands out. */
  readonly next: SharedArray<"i32">;
}

/** What a member of a process crew is told to do: its share of the work, or to collect its garbage; `null` is to end. */
export type ProcessOrder =
  | { readonly copies: number; readonly alone: boolean; readonly traced: boolean }
  | "collect"
  | null;

/** The life of one member of a process crew: prepare, warm up, then obey orders until one says to end. */
export async function processMember({ kernel, size, warmUpNs, cpu, line, next }: ProcessSeat): Promise<void> {
  ignoreInterrupts();
  if (cpu !== undefined) pinThread(cpu);
  const loaded = await loadKernel(kernel);
  // Memory is not shared between processes here: each works on its own, and chunks do not depend on each other's.
  const job = loaded.prepare(size, new SharedArrayBuffer(loaded.sharedBytes?.(size) ?? 0));
  const word = next.typed as Int32Array;
  line.sendSync(warmUp(job, warmUpNs));
  for (;;) {
    const given = line.recvSync() as ProcessOrder;
    if (given === null) break;
    if (given === "collect") {
      collectGarbage();
      line.sendSync("collected");
      continue;
    }
    let chunk = 0;
    const nextChunk = given.alone ? () => chunk++ : () => Atomics.add(word, 0, 1);
    line.sendSync(timedWork(job, given.copies, nextChunk, given.traced));
  }
  line.close();
}

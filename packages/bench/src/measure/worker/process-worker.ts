import type { SharedArray } from "@manyhands/process";
import type { Size } from "../../kernel/kernel.ts";
import { collectGarbage } from "../machine/collect-garbage.ts";
import { ignoreInterrupts } from "../machine/ignore-interrupts.ts";
import { pinThread } from "../machine/pin-thread.ts";
import { warmUp } from "../machine/warm-up-run.ts";
import { type KernelReference, loadKernel } from "./load-kernel.ts";
import { timedWork } from "./timed-work.ts";

/** The methods of a Pipe's end that the benchmark uses. */
export interface PipeEnd {
  send(value: unknown): Promise<void>;
  recv(): Promise<unknown>;
  sendSync(value: unknown): void;
  recvSync(): unknown;
  close(): void;
}

/** What the caller gives to a worker process. */
export interface ProcessWorkerSetup {
  readonly kernel: KernelReference;
  readonly size: Size;
  readonly warmUpNs: number;
  /** The CPU to pin the process to. */
  readonly cpu?: number | undefined;
  readonly pipe: PipeEnd;
  /** One word: the number of the next chunk, which the workers of a cell add to. */
  readonly next: SharedArray<"i32">;
}

/** What a worker process does next: its share of a cell, or a garbage collection. `null` ends the worker. */
export type WorkerCommand =
  | { readonly copies: number; readonly alone: boolean; readonly traced: boolean }
  | "collect"
  | null;

/** The target of a worker process: prepares the job, warms up, then runs commands until `null`. */
export async function runProcessWorker(setup: ProcessWorkerSetup): Promise<void> {
  const { kernel, size, warmUpNs, cpu, pipe, next } = setup;
  ignoreInterrupts();
  if (cpu !== undefined) pinThread(cpu);
  const loaded = await loadKernel(kernel);
  // Each process has its own memory for the kernel: chunks do not depend on each other's results.
  const job = loaded.prepare(size, new SharedArrayBuffer(loaded.sharedBytes?.(size) ?? 0));
  const word = next.typed as Int32Array;
  pipe.sendSync(warmUp(job, warmUpNs));
  for (;;) {
    const command = pipe.recvSync() as WorkerCommand;
    if (command === null) break;
    if (command === "collect") {
      collectGarbage();
      pipe.sendSync("collected");
      continue;
    }
    let chunk = 0;
    const nextChunk = command.alone ? () => chunk++ : () => Atomics.add(word, 0, 1);
    pipe.sendSync(timedWork(job, command.copies, nextChunk, command.traced));
  }
  pipe.close();
}

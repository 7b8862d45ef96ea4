import type { MessagePort } from "node:worker_threads";
import type { Size } from "../../kernel/kernel.ts";
import { collectGarbage } from "../machine/collect-garbage.ts";
import { pinThread } from "../machine/pin-thread.ts";
import { warmUp } from "../machine/warm-up-run.ts";
import { type KernelReference, loadKernel } from "./load-kernel.ts";
import { timedWork } from "./timed-work.ts";
import { command, controlWord } from "./worker-control.ts";

/** What the caller gives to a worker thread. */
export interface ThreadWorkerSetup {
  /** The worker's number; slot 0 is the serial worker. */
  readonly slot: number;
  readonly kernel: KernelReference;
  readonly size: Size;
  readonly shared: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly warmUpNs: number;
  /** The CPU to pin the thread to. */
  readonly cpu?: number | undefined;
  /** Carries the warm-up to the caller, then one report for every command. */
  readonly port: MessagePort;
}

/** The target of a worker thread: prepares the job, warms up, then runs commands until `command.end`. */
export async function runThreadWorker(setup: ThreadWorkerSetup): Promise<void> {
  const { slot, kernel, size, shared, control, warmUpNs, cpu, port } = setup;
  if (cpu !== undefined) pinThread(cpu);
  const job = (await loadKernel(kernel)).prepare(size, shared);
  const words = new Int32Array(control);
  port.postMessage(warmUp(job, warmUpNs));
  const turn = controlWord.turns + slot;
  for (let seen = 0; ; seen++) {
    // A wake-up may be spurious or early, so the word decides.
    while (Atomics.load(words, turn) === seen) Atomics.wait(words, turn, seen);
    const given = Atomics.load(words, controlWord.command);
    if (given === command.end) break;
    if (given === command.collect) {
      collectGarbage();
      port.postMessage("collected");
    } else {
      const copies = Atomics.load(words, controlWord.copies);
      port.postMessage(timedWork(job, copies, nextChunk(words, given), given === command.traced));
    }
  }
  port.close();
}

/** The serial worker counts chunks in a plain variable, as a loop that a user writes does. */
function nextChunk(words: Int32Array, given: number): () => number {
  let chunk = 0;
  return given === command.alone ? () => chunk++ : () => Atomics.add(words, controlWord.next, 1);
}

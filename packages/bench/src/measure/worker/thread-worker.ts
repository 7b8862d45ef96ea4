import type { MessagePort } from "node:worker_threads";
import type { Size } from "../../kernel/kernel.ts";
import { collectGarbage } from "../machine/collect-garbage.ts";
import { pinThread } from "../machine/pin-thread.ts";
import { warmUp } from "../machine/warm-up-run.ts";
import { type KernelReference, loadKernel } from "./load-kernel.ts";
import { timedWork } from "./timed-work.ts";
import { order, word } from "./worker-control.ts";

/** What a worker of a thread crew is given. */
export interface Seat {
  /** Place among the members, from 0. */
  readonly index: number;
  readonly kernel: KernelReference;
  readonly size: Size;
  readonly shared: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly warmUpNs: number;
  /** The CPU to stay on. */
  readonly cpu?: number | undefined;
  /** Where it says that it is warm, and then reports after every order. */
  readonly port: MessagePort;
}

/** The life of one member of a crew: prepare, warm up, then obey orders until one says to end. */
export async function crewWorker({ index, kernel, size, shared, control, warmUpNs, cpu, port }: Seat): Promise<void> {
  if (cpu !== undefined) pinThread(cpu);
  const job = (await loadKernel(kernel)).prepare(size, shared);
  const words = new Int32Array(control);
  port.postMessage(warmUp(job, warmUpNs));
  const turn = word.turns + index;
  for (let seen = 0; ; seen++) {
    // One wake-up may be spurious or early, so the word decides and not the wake-up.
    while (Atomics.load(words, turn) === seen) Atomics.wait(words, turn, seen);
    const given = Atomics.load(words, word.order);
    if (given === order.end) break;
    if (given === order.collect) {
      collectGarbage();
      port.postMessage("collected");
    } else {
      const copies = Atomics.load(words, word.copies);
      port.postMessage(timedWork(job, copies, nextChunk(words, given), given === order.traced));
    }
  }
  port.close();
}

/** Alone, chunks are counted in a plain variable, as in a loop that a user would write. */
function nextChunk(words: Int32Array, given: number): () => number {
  let chunk = 0;
  return given === order.alone ? () => chunk++ : () => Atomics.add(words, word.next, 1);
}

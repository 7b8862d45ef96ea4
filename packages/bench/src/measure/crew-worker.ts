import type { MessagePort } from "node:worker_threads";
import type { Size } from "../kernel/kernel.ts";
import type { WorkerReport } from "./crew.ts";
import { word } from "./crew-control.ts";
import { type KernelReference, loadKernel } from "./load-kernel.ts";
import { now, threadTimes } from "./thread-clock.ts";
import { warmUp } from "./warm-up.ts";
import { work } from "./work.ts";

/** What a worker of a thread crew is given. */
export interface Seat {
  readonly index: number;
  readonly kernel: KernelReference;
  readonly size: Size;
  readonly shared: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  /** Where it says that it is warm, and then reports after every order. */
  readonly port: MessagePort;
}

/** The life of one worker: prepare, warm up, then obey orders until one asks for nobody. */
export async function crewWorker({ index, kernel, size, shared, control, port }: Seat): Promise<void> {
  const job = (await loadKernel(kernel)).prepare(size, shared);
  const words = new Int32Array(control);
  port.postMessage(warmUp(job));
  for (let seen = 0; ; seen++) {
    // One wake-up may be spurious or early, so the word decides and not the wake-up.
    while (Atomics.load(words, word.generation) === seen) Atomics.wait(words, word.generation, seen);
    const workers = Atomics.load(words, word.workers);
    if (workers === 0) break;
    if (index >= workers) continue;
    const copies = Atomics.load(words, word.copies);
    const before = threadTimes();
    const startNs = now();
    const portion = work(job, copies, () => Atomics.add(words, word.next, 1));
    const endNs = now();
    const after = threadTimes();
    const times = before && after && { cpuNs: after.cpuNs - before.cpuNs, waitNs: after.waitNs - before.waitNs };
    port.postMessage({ ...portion, startNs, endNs, ...times } satisfies WorkerReport);
  }
  port.close();
}

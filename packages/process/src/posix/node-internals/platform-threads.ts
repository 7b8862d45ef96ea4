import { EventEmitter } from "node:events";
import { libc } from "../calls/libc.ts";

let areMissing = false;
let watched = false;

// V8 of earlier lines gives no work away when it is single-threaded.
const givesWorkAway = Number.parseInt(process.versions.node, 10) >= 25;

/**
 * Has a forked child make threads anew that V8 gives work to, before it makes its first Worker. The child itself does without, but a
 * Worker waits at its end until all work of V8 is done, its own included: the scavenger of Node 26 gives some even when V8 is
 * single-threaded.
 */
export function renewPoolThreads(): void {
  areMissing = givesWorkAway;
  if (watched || !givesWorkAway) return;
  watched = true;
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  // Every Worker is an EventEmitter first.
  class Emitter extends EventEmitter {
    constructor(...options: ConstructorParameters<typeof EventEmitter>) {
      super(...options);
      if (areMissing) replace();
      areMissing = false;
    }
  }
  Object.setPrototypeOf(Worker, Emitter);
}

/** How far into an object one looks for a field. */
const platformWords = 24;
const holderWords = 8;

/**
 * Makes a second platform of Node's, and gives its threads to the one in use. Both are of one class, so what is looked for is told by its
 * likeness: the platform in use by its table of methods, and in it the field by a `std::shared_ptr` that `std::make_shared` made, an
 * address and that of the block that counts, 16 bytes before. Where Node was built otherwise and nothing is found, nothing is done. What
 * may be no address is read by the kernel, which says so.
 */
function replace(): void {
  const made = libc().newPlatform(1);
  if (made === null) return;
  const fresh = words(made.platform, platformWords);
  const inUse = words(made.holder, holderWords).find((word) => words(word, 1)[0] === fresh[0]);
  if (inUse === undefined) return;
  const used = words(inUse, platformWords);
  const at = used.findIndex((word, i) => word !== fresh[i] && isShared(used, i) && isShared(fresh, i));
  if (at < 0) return;
  const field = new BigUint64Array(libc().view(inUse + BigInt(8 * at), 16));
  field.set(fresh.subarray(at, at + 2));
}

/** @returns no words where there is no memory. */
function words(address: bigint, count: number): BigUint64Array {
  const bytes = libc().peek(address, 8 * count);
  return bytes === null ? new BigUint64Array() : new BigUint64Array(bytes.buffer);
}

function isShared(object: BigUint64Array, at: number): boolean {
  const [pointed, counts] = object.subarray(at, at + 2);
  return pointed !== undefined && counts === pointed - 16n && words(pointed, 1).length === 1;
}

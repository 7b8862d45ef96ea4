import { EventEmitter } from "node:events";
import { libc } from "../calls/libc.ts";
import { ownSymbols } from "../calls/own-symbols.ts";
import { examinePart, type InternalCheck } from "./internal-check.ts";

let areMissing = false;
let isWatching = false;

const nodeMajor = Number.parseInt(process.versions.node, 10);
// Before Node 25, V8 gives no work to threads when it is single-threaded.
const givesWorkAway = nodeMajor >= 25;

/** Set to 1, it leaves V8's threads as the fork left them. */
const offVariable = "MANYHANDS_NO_PLATFORM_THREADS";

/**
 * Prepares a forked child to replace V8's worker threads before it creates its first Worker. The child has none of
 * its parent's threads, and needs none itself. A Worker waits at its end until all work is done that V8 gave to
 * threads; the scavenger of Node 26 gives some even when V8 is single-threaded.
 */
export function renewPlatformThreads(): void {
  areMissing = givesWorkAway;
  if (isWatching || !givesWorkAway) return;
  isWatching = true;
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  // The constructor of a Worker first calls that of EventEmitter.
  class Emitter extends EventEmitter {
    constructor(...options: ConstructorParameters<typeof EventEmitter>) {
      super(...options);
      if (areMissing) replaceThreads();
      areMissing = false;
    }
  }
  Object.setPrototypeOf(Worker, Emitter);
}

function replaceThreads(): void {
  if (isTurnedOff()) return;
  const found = findInThisProcess();
  if ("refusal" in found) {
    process.emitWarning(
      `Cannot replace the threads of V8 in a forked process: ${found.refusal}, so its Workers may hang when they end; ` +
        'start the process with startMethod "spawn"',
      { type: "ManyhandsWarning", code: "MANYHANDS_PLATFORM_THREADS" },
    );
    return;
  }
  new BigUint64Array(libc().view(found.address, 16)).set(found.threads);
}

function isTurnedOff(): boolean {
  return process.env[offVariable] === "1";
}

/** Reads words of this process's memory. @returns no words where there is no memory. */
export type ReadWords = (address: bigint, count: number) => BigUint64Array;

/** The field of the platform in use that holds its threads, and what to write to it. */
export interface ThreadsField {
  readonly address: bigint;
  /** A `std::shared_ptr`: the address of the object and that of its control block. */
  readonly threads: BigUint64Array;
}

/** How many words of an object are searched for a field. */
const platformWords = 24;
const holderWords = 8;

/**
 * Finds the field of the platform in use that holds its threads, by comparison with a second platform of the same
 * class.
 *
 * The platform in use has the same table of methods. The field is a `std::shared_ptr` made by `std::make_shared`: an
 * address, and that of the control block 16 bytes before it, whose table of methods is the same in both platforms.
 *
 * @param made.platform the second platform.
 * @param made.holder the object of Node that holds the platform in use.
 * @returns a refusal unless there is exactly one platform in use, and exactly one such field in it.
 */
export function findThreadsField(
  read: ReadWords,
  made: { readonly platform: bigint; readonly holder: bigint },
): ThreadsField | { readonly refusal: string } {
  const fresh = read(made.platform, platformWords);
  if (fresh.length === 0) return { refusal: "the memory of a new platform cannot be read" };
  const held = [...new Set(read(made.holder, holderWords))];
  const platforms = held.filter((word) => word !== made.platform && read(word, 1)[0] === fresh[0]);
  const [inUse] = platforms;
  if (inUse === undefined || platforms.length > 1) {
    return { refusal: `${platforms.length} objects look like the platform in use, 1 is expected` };
  }
  const used = read(inUse, platformWords);
  const fields = [...used.keys()].filter((i) => used[i] !== fresh[i] && isSameKind(read, used, fresh, i));
  const [field] = fields;
  if (field === undefined || fields.length > 1) {
    return { refusal: `${fields.length} fields of the platform look like its threads, 1 is expected` };
  }
  return { address: inUse + BigInt(8 * field), threads: fresh.slice(field, field + 2) };
}

function isSameKind(read: ReadWords, a: BigUint64Array, b: BigUint64Array, at: number): boolean {
  const table = controlBlockTable(read, a, at);
  return table !== undefined && table === controlBlockTable(read, b, at);
}

/** The table of methods of a shared pointer's control block; `undefined` when the field is no such pointer. */
function controlBlockTable(read: ReadWords, object: BigUint64Array, at: number): bigint | undefined {
  const [pointed, controlBlock] = object.subarray(at, at + 2);
  if (pointed === undefined || controlBlock === undefined || controlBlock !== pointed - 16n) return undefined;
  if (read(pointed, 1).length === 0) return undefined;
  return read(controlBlock, 1)[0] || undefined;
}

function findInThisProcess(): ThreadsField | { readonly refusal: string } {
  const made = createPlatform(1);
  return made === null
    ? { refusal: "this Node does not export the functions that make a platform" }
    : findThreadsField(memoryReader(), made);
}

/**
 * Creates a platform of Node's, whose threads wait for work: 0.2 ms.
 *
 * @returns its address, and that of the object that holds the platform in use; `null` where Node does not export
 *   them.
 */
function createPlatform(threads: number): { readonly platform: bigint; readonly holder: bigint } | null {
  const { koffi, library } = ownSymbols();
  // A std::unique_ptr is returned in memory that the caller provides, as a structure of more than two words is.
  const returned = koffi.struct({ platform: "uint64", unused: koffi.array("uint64", 2) });
  const create = "_ZN4node20MultiIsolatePlatform6CreateEiPN2v817TracingControllerEPNS1_13PageAllocatorE";
  try {
    // Without the controller in use, one that traces nothing would take its place.
    const controller = library.func("void *_ZN4node7tracing16TraceEventHelper20GetTracingControllerEv()");
    const holder = koffi.address(library.symbol("_ZN4node11per_process11v8_platformE", "void *"));
    const made = library.func(create, returned, ["int", "void *", "void *"])(threads, controller(), null);
    return { platform: BigInt(made.platform), holder };
  } catch {
    return null;
  }
}

/** Reads through the kernel, which reports an address without memory where a load would crash. */
function memoryReader(): ReadWords {
  const { koffi, library } = ownSymbols();
  const here = koffi.struct({ base: "void *", length: "size_t" });
  const there = koffi.struct({ base: "uint64", length: "size_t" });
  const vectors = [koffi.pointer(here), "ulong", koffi.pointer(there), "ulong"];
  const read = library.func("process_vm_readv", "intptr_t", ["int", ...vectors, "ulong"]);
  return (address, count) => {
    const bytes = new Uint8Array(8 * count);
    const { length } = bytes;
    const copied = read(process.pid, [{ base: bytes, length }], 1, [{ base: address, length }], 1, 0);
    return copied === length ? new BigUint64Array(bytes.buffer) : new BigUint64Array();
  };
}

/** Whether the threads of the platform in use are found. Creates a platform; changes nothing. */
export function check(): InternalCheck {
  return examinePart("platform threads", () => {
    if (!givesWorkAway) return `not needed: V8 of Node ${nodeMajor} gives no work away when it is single-threaded`;
    if (isTurnedOff()) return `turned off by ${offVariable}=1`;
    const found = findInThisProcess();
    if ("refusal" in found) throw new Error(found.refusal);
    return "1 platform in use, 1 field that holds its threads";
  });
}

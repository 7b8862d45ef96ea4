import { expectRejection, type PendingCall } from "../../base/pending-call.ts";
import type { CallSite } from "../../base/stack.ts";
import { takeCallContext } from "../schedule/task-observer.ts";
import type { WorkerSet } from "../schedule/worker-set.ts";
import type { Collect, ImapOptions, MapOptions } from "./call-options.ts";
import { checkCount } from "./check-argument.ts";
import { checkCall, checkItemOptions, checkSpeculate, itemKeys } from "./check-call.ts";
import { ImapCall } from "./imap-call.ts";
import { MapCall } from "./map-call.ts";
import { type Items, readItems, readItemsLater } from "./read-items.ts";
import { safeCallback } from "./safe-callback.ts";

type AnyInput = Iterable<unknown> | AsyncIterable<unknown>;

/** Starts a `map` or `starmap`. @returns its results, in the order of the items. */
export function startMap(
  workerSet: WorkerSet,
  call: "map" | "starmap",
  fn: unknown,
  input: AnyInput,
  options: MapOptions | Collect<MapOptions>,
  callSite: CallSite,
): Promise<unknown[]> {
  const pending: PendingCall = {};
  const result = runMap(workerSet, call, fn, input, options, callSite).catch((error) => {
    if (workerSet.state === "terminated") expectRejection(pending);
    throw error;
  });
  pending.promise = result;
  return result;
}

async function runMap(
  workerSet: WorkerSet,
  call: "map" | "starmap",
  fn: unknown,
  input: AnyInput,
  options: MapOptions | Collect<MapOptions>,
  callSite: CallSite,
): Promise<unknown[]> {
  const known = checkCall(workerSet, call, fn, options, [...itemKeys, "speculate"]);
  checkItemOptions(call, options);
  checkSpeculate(call, options);
  const { chunkSize, itemTimeoutMs, onError, onProgress, signal, onCancel, retry, priority = 0 } = options;
  signal?.throwIfAborted();
  const context = takeCallContext(workerSet.options);
  const run = (items: Items) =>
    new MapCall(workerSet, {
      fn: known,
      kind: call === "map" ? "each" : "spread",
      call,
      items,
      chunkSize: itemTimeoutMs === undefined ? chunkSize : 1,
      itemTimeoutMs,
      collectsErrors: onError === "collect",
      attempts: retry?.attempts,
      speculates: options.speculate === true,
      priority,
      signal,
      onProgress: onProgress && safeCallback(onProgress),
      onCancel: onCancel && safeCallback(onCancel),
      callSite,
      context,
    }).result;
  const items = readItems(call, input);
  // Reading the items ran code of the caller.
  workerSet.checkOpen(call);
  signal?.throwIfAborted();
  if (items !== undefined) return run(items);
  return readItemsLater(workerSet, input as AsyncIterable<unknown>, signal, run);
}

/** Starts an `imap` or `imapUnordered`. */
export function startImap(
  workerSet: WorkerSet,
  call: "imap" | "imapUnordered",
  fn: unknown,
  input: AnyInput,
  options: ImapOptions | Collect<ImapOptions>,
  callSite: CallSite,
): ImapCall {
  const known = checkCall(workerSet, call, fn, options, [...itemKeys, "bufferSize"]);
  checkItemOptions(call, options);
  const { chunkSize = 1, itemTimeoutMs, onError, onProgress, bufferSize, signal, onCancel } = options;
  const { retry, priority = 0 } = options;
  checkCount(`run ${call}`, "bufferSize", bufferSize);
  signal?.throwIfAborted();
  return new ImapCall(workerSet, {
    fn: known,
    kind: "each",
    call,
    input,
    isOrdered: call === "imap",
    chunkSize,
    itemTimeoutMs,
    collectsErrors: onError === "collect",
    // The number of workers may change.
    get bufferSize() {
      return bufferSize ?? 4 * chunkSize * workerSet.most;
    },
    attempts: retry?.attempts,
    priority,
    signal,
    onProgress: onProgress && safeCallback(onProgress),
    onCancel: onCancel && safeCallback(onCancel),
    callSite,
    context: takeCallContext(workerSet.options),
  });
}

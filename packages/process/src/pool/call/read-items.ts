import { deferred } from "../../base/deferred.ts";
import type { WorkerSet } from "../schedule/worker-set.ts";
import { packNumbers } from "../wire/payload.ts";
import { ChunkReader } from "./chunk-reader.ts";

/** All items of an input. */
export type Items = ArrayLike<unknown> & Iterable<unknown>;

/**
 * Reads all items of an array, a typed array, or any iterable. A typed array is returned as it is, and numbers as a
 * typed array.
 *
 * @returns the items; `undefined` for an async iterable.
 * @throws {TypeError} when the input is not iterable; any error that the input throws.
 */
export function readItems(call: string, input: Iterable<unknown> | AsyncIterable<unknown>): Items | undefined {
  // Copied: the caller may write to its array before the last chunk is cut.
  if (Array.isArray(input)) return packNumbers(input) ?? input.slice();
  if (ArrayBuffer.isView(input) && !(input instanceof DataView)) return input as unknown as Float64Array;
  const given = input as Partial<Iterable<unknown> & AsyncIterable<unknown>> | null | undefined;
  if (typeof given?.[Symbol.asyncIterator] === "function") return undefined;
  if (typeof given?.[Symbol.iterator] === "function") return [...(input as Iterable<unknown>)];
  throw new TypeError(`Cannot run ${call}: its items are ${input === null ? "null" : typeof input}, give an iterable`);
}

/**
 * Reads all items of an async iterable, then starts a call with them. The call is pending from now on: `close()` waits
 * for it. It ends, and the input is closed, when the worker set ends or the signal aborts.
 */
export async function readItemsLater<R>(
  workerSet: WorkerSet,
  input: AsyncIterable<unknown>,
  signal: AbortSignal | undefined,
  start: (items: Items) => Promise<R>,
): Promise<R> {
  const reader = new ChunkReader(input, Number.POSITIVE_INFINITY);
  const stopped = deferred();
  let stop: { readonly reason: unknown } | undefined;
  const stopBy = (reason: unknown) => {
    stop ??= { reason };
    stopped.resolve();
  };
  const abort = () => stopBy(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const fail = (error: () => unknown) => stopBy(error());
  const nothing = {
    size: 0,
    nextIsExclusive: false,
    waitingSince: Number.POSITIVE_INFINITY,
    priority: 0,
    take: () => undefined,
  };
  const removeSource = workerSet.addSource({ ...nothing, fail });
  workerSet.beginCall();
  try {
    const chunk = await Promise.race([reader.read(), stopped.promise]);
    if (chunk === undefined || stop !== undefined) {
      // The caller gets the reason; an error of closing the input is ignored.
      reader.close().catch(() => {});
      throw stop?.reason;
    }
    if ("items" in chunk) return start(chunk.items);
    if (chunk.error !== undefined) throw chunk.error.reason;
    return start([]);
  } finally {
    signal?.removeEventListener("abort", abort);
    removeSource();
    workerSet.endCall();
  }
}

/**
 * Reads all items of an input: an array, a typed array, or any iterable. A typed array is returned as it is.
 *
 * @throws {TypeError} when the input is not iterable; any error that the input throws.
 */
export function readItems(
  call: string,
  input: Iterable<unknown> | AsyncIterable<unknown>,
): (ArrayLike<unknown> & Iterable<unknown>) | Promise<unknown[]> {
  // Copied: the caller may write to its array before the last chunk is cut.
  if (Array.isArray(input)) return input.slice();
  if (ArrayBuffer.isView(input) && !(input instanceof DataView)) return input as unknown as Float64Array;
  const given = input as Partial<Iterable<unknown> & AsyncIterable<unknown>> | null | undefined;
  if (typeof given?.[Symbol.asyncIterator] === "function") return collect(input as AsyncIterable<unknown>);
  if (typeof given?.[Symbol.iterator] === "function") return [...(input as Iterable<unknown>)];
  throw new TypeError(`Cannot run ${call}: its items are ${input === null ? "null" : typeof input}, give an iterable`);
}

async function collect(input: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of input) items.push(item);
  return items;
}

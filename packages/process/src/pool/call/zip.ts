import type { Input } from "./input.ts";

/** Iterates over several iterables at once. Ends with the shortest and closes the others. */
export function zip(inputs: readonly Input<unknown>[]): Iterable<unknown[]> | AsyncIterable<unknown[]> {
  return inputs.some((input) => Symbol.asyncIterator in input)
    ? zipAsync(inputs)
    : zipSync(inputs as Iterable<unknown>[]);
}

function* zipSync(inputs: readonly Iterable<unknown>[]): Generator<unknown[]> {
  const iterators = inputs.map((input) => input[Symbol.iterator]());
  try {
    while (iterators.length > 0) {
      const row: unknown[] = [];
      for (const iterator of iterators) {
        const next = iterator.next();
        if (next.done === true) return;
        row.push(next.value);
      }
      yield row;
    }
  } finally {
    for (const iterator of iterators) iterator.return?.();
  }
}

async function* zipAsync(inputs: readonly Input<unknown>[]): AsyncGenerator<unknown[]> {
  const iterators = inputs.map((input) =>
    Symbol.asyncIterator in input ? input[Symbol.asyncIterator]() : input[Symbol.iterator](),
  );
  try {
    for (;;) {
      const row = await Promise.all(iterators.map((iterator) => iterator.next()));
      if (row.some(({ done }) => done === true)) return;
      yield row.map(({ value }) => value);
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

/** What a call takes its items from. The array is named too, since the compiler's errors about one are short. */
export type Input<T> = Iterable<T> | AsyncIterable<T> | readonly T[];

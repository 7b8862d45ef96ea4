/** The type of a target's answer: a promise's value; for a generator, the list of all values that it yields. */
export type Answer<R> = R extends Generator<infer T> | AsyncGenerator<infer T> ? T[] : Awaited<R>;

/**
 * Makes an answer from the value that a target returned. A generator cannot be sent, since it is suspended inside of
 * its function: it is run to its end, and the answer is the list of values that `for … of` would see.
 *
 * @returns the value, or a promise of it.
 */
export function answerOf(returned: unknown): unknown {
  if (typeof returned !== "object" || returned === null) return returned;
  const tag = (returned as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (tag === "Generator") return [...(returned as Generator)];
  return tag === "AsyncGenerator" ? valuesOf(returned as AsyncGenerator) : returned;
}

/** Whether an answer is a promise, or an object that `await` treats as one. */
export function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === "object" && answer !== null && typeof (answer as { then?: unknown }).then === "function";
}

async function valuesOf(generator: AsyncGenerator): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of generator) values.push(value);
  return values;
}

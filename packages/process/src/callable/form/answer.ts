/** What the caller gets of what a target returns: a promise's value, and of a generator the list of all that it yields. */
export type Answer<R> = R extends Generator<infer T> | AsyncGenerator<infer T> ? T[] : Awaited<R>;

/**
 * Makes what a target returned ready to be an answer. A generator is run to its end, since it stands in the midst of its
 * work and cannot cross: what it yields is the answer, as `for … of` would see it.
 *
 * @returns the value, or a promise of it.
 */
export function answerOf(returned: unknown): unknown {
  if (typeof returned !== "object" || returned === null) return returned;
  const tag = (returned as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (tag === "Generator") return [...(returned as Generator)];
  return tag === "AsyncGenerator" ? collect(returned as AsyncGenerator) : returned;
}

async function collect(generator: AsyncGenerator): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of generator) values.push(value);
  return values;
}

const tag = Symbol("keywords");

/**
 * Keyword arguments of a call of Python, as the last argument of the call. A manager that is not Python's gets them as
 * an options object.
 *
 * @example
 * await queue.get(keywords({ timeout: 0.5 }));
 */
export function keywords(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.defineProperty({ ...values }, tag, { value: true });
}

/** Separates the keyword arguments from the others. */
export function splitKeywords(args: readonly unknown[]): {
  readonly positional: readonly unknown[];
  readonly keywords: ReadonlyMap<string, unknown>;
} {
  const last = args.at(-1);
  if (typeof last !== "object" || last === null || !Object.hasOwn(last, tag))
    return { positional: args, keywords: new Map() };
  return { positional: args.slice(0, -1), keywords: new Map(Object.entries(last)) };
}

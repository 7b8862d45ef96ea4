/** A script, and a position in a function of it, as V8 gives them. */
export interface ScriptPlace {
  readonly script: { readonly source: string } | null;
  readonly line: number;
  readonly column: number;
}

/** The position in its script at which a function's text begins; line and column count from 0. */
export interface SourcePosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/**
 * Finds the position at which a function's text begins. The position that V8 gives is inside of the text: that of the
 * parameters, or of a class's constructor.
 *
 * @returns `null` when the script does not contain the text there.
 */
export function sourcePosition(text: string, { script, line, column }: ScriptPlace): SourcePosition | null {
  if (script === null) return null;
  const starts = lineStarts(script);
  const given = (starts[line] ?? 0) + column;
  const offset = script.source.lastIndexOf(text, given);
  if (offset < 0 || offset + text.length < given) return null;
  let at = line;
  while (at > 0 && (starts[at] as number) > offset) at--;
  return { offset, line: at, column: offset - (starts[at] as number) };
}

const cache = new WeakMap<object, readonly number[]>();

function lineStarts(script: { readonly source: string }): readonly number[] {
  const found = cache.get(script) ?? [
    0,
    ...Array.from(script.source.matchAll(/\r\n|[\n\r\u2028\u2029]/g), ({ index, 0: end }) => index + end.length),
  ];
  cache.set(script, found);
  return found;
}

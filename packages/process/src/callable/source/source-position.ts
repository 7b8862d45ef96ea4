import type { Script } from "./script.ts";

/** Where a function's text begins in its script; line and column count from 0. */
export interface SourcePosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/**
 * Finds where a function's text begins. V8 tells a place inside of it: that of its parameters, or of a class's constructor.
 *
 * @returns `null` when the text does not stand in the script as it is.
 */
export function sourcePosition(
  text: string,
  { script, line, column }: { readonly script: Script | null; readonly line: number; readonly column: number },
): SourcePosition | null {
  if (script === null) return null;
  const starts = lineStarts(script);
  const place = (starts[line] ?? 0) + column;
  const offset = script.source.lastIndexOf(text, place);
  if (offset < 0 || offset + text.length < place) return null;
  let at = line;
  while (at > 0 && (starts[at] as number) > offset) at--;
  return { offset, line: at, column: offset - (starts[at] as number) };
}

const known = new WeakMap<Script, readonly number[]>();

function lineStarts(script: Script): readonly number[] {
  const found = known.get(script) ?? [
    0,
    ...Array.from(script.source.matchAll(/\r\n|[\n\r\u2028\u2029]/g), ({ index, 0: end }) => index + end.length),
  ];
  known.set(script, found);
  return found;
}

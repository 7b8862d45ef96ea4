/** Whether a private or undocumented part of Node, V8, libuv or the C library is as the code expects. */
export interface InternalCheck {
  /** The part, as `INTERNALS.md` names it. */
  readonly name: string;
  readonly ok: boolean;
  /** What was found; when it is not as expected, what is missing. */
  readonly detail: string;
}

/**
 * Examines a part.
 *
 * @param examine returns what it found, and throws when that is not as expected.
 */
export function examinePart(name: string, examine: () => string): InternalCheck {
  try {
    return { name, ok: true, detail: examine() };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** @throws an error that says what was expected, when the condition is false. */
export function expectPart(condition: boolean, expected: string): asserts condition {
  if (!condition) throw new Error(`expected ${expected}`);
}

/**
 * Refuses options that are not known, since a misspelt one would silently do nothing.
 *
 * @param what what the options are for, as the message names it: `Process`.
 * @throws {TypeError} naming the unknown key and all that there are.
 */
export function checkOptionKeys(what: string, options: object, known: readonly string[]): void {
  if (options === null || typeof options !== "object") {
    throw new TypeError(
      `Cannot read the options of ${what}: they are ${options === null ? "null" : typeof options}, write an object`,
    );
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new TypeError(
        `Cannot read the options of ${what}: there is no option "${key}", the options are ${known.join(", ")}`,
      );
    }
  }
}

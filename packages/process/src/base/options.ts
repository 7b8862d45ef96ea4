import { closest } from "./closest.ts";

/**
 * Refuses unknown options: a misspelt one would have no effect.
 *
 * @param what the owner of the options, as the message names it: `Process`.
 * @throws {TypeError} naming the unknown key and all known keys.
 */
export function checkOptionKeys(what: string, options: object, known: readonly string[]): void {
  if (options === null || typeof options !== "object") {
    throw new TypeError(
      `Cannot read the options of ${what}: they are ${options === null ? "null" : typeof options}, write an object: { ${known[0]}: … }`,
    );
  }
  if (Array.isArray(options))
    throw new TypeError(
      `Cannot read the options of ${what}: they are an array, write an object${known.includes("args") ? ": { args: […] }" : ""}`,
    );
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new TypeError(
        `Cannot read the options of ${what}: there is no option "${key}"${suggestion(key, known)}, the options are ${known.join(", ")}`,
      );
    }
  }
}

function suggestion(key: string, known: readonly string[]): string {
  const meant = closest(key, known);
  return meant === undefined ? "" : ` (did you mean "${meant}"?)`;
}

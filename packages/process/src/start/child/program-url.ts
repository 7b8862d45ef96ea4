import { existsSync } from "node:fs";
import { bundledError } from "../../base/bundled-error.ts";

const found = new Set<string>();

/** The folder of the built package. */
export function packageFolder(): string {
  return new URL("../", import.meta.url).href;
}

/**
 * The URL of a program that runs inside a child.
 *
 * Only this module computes it: the built package has its code in chunks, all of them in `dist/chunk/`, and the path
 * starts there. The source of this file is elsewhere, so the URL is right in built code only.
 *
 * @param name the file's name in `entry/`.
 * @param extension "cjs" for a program that is loaded by `require`.
 * @throws {ManyhandsError} when there is no such file: a bundler has put this code into another file.
 */
export function programUrl(name: string, extension: "js" | "cjs" = "js"): URL {
  const file = `../entry/${name}.${extension}`;
  // A bundle in the format of CommonJS has no `import.meta.url`.
  const url = URL.canParse(file, import.meta.url) ? new URL(file, import.meta.url) : null;
  // A bundler that copies the program as an asset gives the copy another name, and leaves out what it imports.
  if (url !== null && (found.has(file) || (url.pathname.endsWith(file.slice(2)) && existsSync(url)))) {
    found.add(file);
    return url;
  }
  throw bundledError(`Cannot start a child: its program ${file.slice(3)} is not beside ${import.meta.url}`);
}

import { existsSync } from "node:fs";
import { bundledError } from "../../base/package-files.ts";

const found = new Set<string>();

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
  const file = `/entry/${name}.${extension}`;
  // Bundlers replace `new URL(file, import.meta.url)` by a copy of the program, which has another name, and leave out
  // what it imports. Next and webpack keep `import.meta.url`, so the program is found from there. A bundle in the
  // format of CommonJS has none.
  const here: string | undefined = import.meta.url;
  const url = here === undefined ? null : new URL(here.replace(/\/chunk\/[^/]*$/, file));
  if (url !== null && (found.has(file) || (url.pathname.endsWith(file) && existsSync(url)))) {
    found.add(file);
    return url;
  }
  throw bundledError(`Cannot start a child: its program ${file.slice(1)} is not beside ${here}`);
}
